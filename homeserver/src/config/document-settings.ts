/** `npm run docs`: writes what there is to set, from the schema, into docs/configuration.md and the README's table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { settings, type Setting, type SettingSchema } from './load-config.ts';
import { configSchema } from './schema.ts';

const CONFIGURATION = new URL('../../../docs/configuration.md', import.meta.url);
const README = new URL('../../../README.md', import.meta.url);
const BEGIN = '<!-- settings: written by npm run docs -->';
const END = '<!-- end of settings -->';

const INTRODUCTION = `# Configuration

<!-- Written by npm run docs from homeserver/src/config/schema.ts: change it there. -->

Settings come from three places, the later overriding the earlier: the defaults below, one YAML file, the environment.
The file is \`nexuscomm.yaml\` in the current directory, or the one that \`NEXUS_CONFIG\` names; it may be absent. Its
sections are those of this page:

\`\`\`yaml
server:
  name: example.org
  public_baseurl: https://matrix.example.org
registration:
  mode: token
\`\`\`

In the environment, on, true, yes and 1 switch a setting on, off, false, no and 0 switch it off; an empty variable counts
as absent. A wrong setting ends the start with one line that names it. \`npm run nexuscomm -- config check\` checks
without starting, and prints what differs from the defaults. Names that end in \`_ms\` are milliseconds.
`;

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const sections = Object.entries(configSchema.properties as unknown as Record<string, SettingSchema>).map(([name, schema]) =>
    [`## ${name}`, table(['Setting', 'Default', 'Variable', 'Meaning'], settings(schema, []).map(settingRow))].join('\n\n'),
  );
  return `${[INTRODUCTION.trimEnd(), ...sections].join('\n\n')}\n`;
}

/** The README with its table of variables as it should be. */
export function readmeWithVariables(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} ... ${END}`);
  const rows = settings().filter(({ schema }) => schema.env !== undefined);
  const variables = [
    ['`NEXUS_CONFIG`', '', '`nexuscomm.yaml`', 'The YAML file'],
    ...rows.map(({ path, schema }) => [code(schema.env!), code(path.join('.')), defaultOf(schema), meaning(schema)]),
  ];
  return `${readme.slice(0, begin)}${BEGIN}\n\n${table(['Variable', 'In the file', 'Default', 'Meaning'], variables)}\n\n${readme.slice(end)}`;
}

function settingRow({ path, schema }: Setting): string[] {
  return [code(path.join('.')), defaultOf(schema), schema.env === undefined ? '' : code(schema.env), meaning(schema)];
}

function defaultOf(schema: SettingSchema): string {
  const { default: value, computed } = schema;
  if (computed !== undefined) return computed;
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return code(value ? 'on' : 'off');
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function meaning({ description = '', anyOf, minimum, maximum }: SettingSchema): string {
  const choices = anyOf?.map((choice) => choice.const) ?? [];
  const named = choices.every((choice) => description.includes(choice));
  const range = [minimum !== undefined && minimum > 0 ? `at least ${minimum}` : '', maximum === undefined ? '' : `at most ${maximum}`];
  const notes = [named ? '' : choices.map(code).join(', '), range.filter((part) => part !== '').join(', ')].filter((note) => note !== '');
  const sentence = named && choices.length > 0 ? description : description.charAt(0).toUpperCase() + description.slice(1);
  return notes.length === 0 ? sentence : `${sentence} (${notes.join('; ')})`;
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  writeFileSync(CONFIGURATION, configurationPage());
  writeFileSync(README, readmeWithVariables(readFileSync(README, 'utf8')));
}
