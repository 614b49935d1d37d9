/** Reads the configuration: defaults, then the YAML file, then the environment; checks all of it. */
import { readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { parse as parseYaml } from 'yaml';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import { findRoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { parseOldVerifyKey } from '../federation/old-verify-key.ts';
import { configSchema, type Config } from './schema.ts';

/** One line for each wrong setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly lines: readonly string[];
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A setting's schema: its JSON Schema with the variable that overrides it. */
export interface Setting {
  readonly path: readonly string[];
  readonly schema: SettingSchema;
}
export type SettingSchema = TSchema & {
  readonly type?: string;
  readonly anyOf?: readonly { readonly const: string }[];
  readonly default?: unknown;
  /** says what the default depends on, where it is no value */
  readonly computed?: string;
  readonly description?: string;
  readonly env?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
};

/** All settings, in the order of the schema. */
export function settings(schema: SettingSchema = configSchema as SettingSchema, path: readonly string[] = []): Setting[] {
  if (!schema.properties) return [{ path, schema }];
  return Object.entries(schema.properties).flatMap(([name, inner]) => settings(inner, [...path, name]));
}

const DEFAULT_FILE = 'nexuscomm.yaml';

/** Throws ConfigError. The file is NEXUS_CONFIG, or nexuscomm.yaml if there is one. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const file = env['NEXUS_CONFIG'] ?? DEFAULT_FILE;
  const source = readSource(file, env['NEXUS_CONFIG'] !== undefined);
  const errors: string[] = [];
  checkNames(source, configSchema as SettingSchema, [], errors);
  const merged = structuredClone(source);
  for (const { path, schema } of settings()) {
    const value = schema.env === undefined ? undefined : env[schema.env];
    if (value !== undefined && value !== '') setAt(merged, path, fromEnvironment(value, schema));
  }
  const config = Value.Default(configSchema, merged) as Record<string, unknown>;
  for (const { path, schema } of settings()) {
    const value = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], config);
    const problem = value === undefined ? undefined : problemOf(value, schema);
    if (problem !== undefined) errors.push(describe(path, schema, problem, value));
  }
  if (errors.length > 0) throw new ConfigError(errors);
  checkMeaning(config as unknown as Config, errors);
  if (errors.length > 0) throw new ConfigError(errors);
  return config as unknown as Config;
}

function readSource(file: string, required: boolean): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!required) return {};
    throw new ConfigError([`${file}: can't be read (${(error as NodeJS.ErrnoException).code}) [NEXUS_CONFIG]`]);
  }
  try {
    const parsed: unknown = parseYaml(text) ?? {};
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
    throw new Error('the file must have sections');
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message.split('\n')[0]}`]);
  }
}

function checkNames(source: unknown, schema: SettingSchema, path: readonly string[], errors: string[]): void {
  if (!schema.properties) return;
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    if (source !== null && source !== undefined) errors.push(`${path.join('.')}: must be a section with settings`);
    return;
  }
  for (const [name, value] of Object.entries(source)) {
    const known = schema.properties[name];
    if (known) checkNames(value, known, [...path, name], errors);
    else errors.push(`${[...path, name].join('.')}: there is no such setting; here are ${Object.keys(schema.properties).join(', ')}`);
  }
}

function fromEnvironment(value: string, schema: SettingSchema): unknown {
  if (schema.type === 'boolean') return /^(on|true|yes|1)$/i.test(value) ? true : /^(off|false|no|0)$/i.test(value) ? false : value;
  if (schema.type === 'integer' || schema.type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (schema.type === 'array') return value.split(/[\s,]+/).filter((item) => item !== '');
  return value;
}

function problemOf(value: unknown, schema: SettingSchema): string | undefined {
  if (schema.anyOf) {
    const choices = schema.anyOf.map((choice) => choice.const);
    return choices.includes(value as string) ? undefined : `must be one of ${choices.join(', ')}`;
  }
  if (schema.type === 'string') return typeof value === 'string' ? undefined : 'must be text';
  if (schema.type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be on or off';
  if (schema.type === 'array') return Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'must be a list of texts';
  const whole = schema.type === 'integer';
  const inRange =
    typeof value === 'number' &&
    value >= (schema.minimum ?? -Infinity) &&
    value <= (schema.maximum ?? Infinity) &&
    (!whole || Number.isInteger(value));
  if (inRange) return undefined;
  return `must be a ${whole ? 'whole ' : ''}number${schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`}${schema.maximum === undefined ? '' : ` and at most ${schema.maximum}`}`;
}

function describe(path: readonly string[], schema: SettingSchema, problem: string, value: unknown): string {
  const secret = /secret|url/.test(path.at(-1)!);
  return `${path.join('.')}: ${problem}${secret ? '' : ` (got ${JSON.stringify(value)})`}${schema.env === undefined ? '' : ` [${schema.env}]`}`;
}

function checkMeaning(config: Config, errors: string[]): void {
  if (!isServerName(config.server.name))
    errors.push(`server.name: "${config.server.name}" is not a host name, with or without a port [NEXUS_SERVER_NAME]`);
  if (!findRoomVersion(config.rooms.default_version)) errors.push('rooms.default_version: must be one of 1 to 12 [NEXUS_DEFAULT_ROOM_VERSION]');
  if (config.server.roles !== 'all') errors.push('server.roles: must be all: one process does everything [NEXUS_ROLES]');
  if (config.server.tls_port !== 0 && (config.server.tls_cert === undefined || config.server.tls_key === undefined)) {
    errors.push('server.tls_port: HTTPS needs server.tls_cert and server.tls_key [NEXUS_TLS_PORT]');
  }
  const { delegate, notaries, old_verify_keys: oldKeys } = config.federation;
  if (delegate !== undefined && !isServerName(delegate))
    errors.push(`federation.delegate: "${delegate}" is not host:port [NEXUS_FEDERATION_DELEGATE]`);
  for (const notary of notaries) {
    if (!isServerName(notary)) errors.push(`federation.notaries: "${notary}" is not a server name [NEXUS_FEDERATION_NOTARIES]`);
  }
  for (const key of oldKeys) {
    if (!parseOldVerifyKey(key)) errors.push(`federation.old_verify_keys: "${key}" is not "ed25519:name public-key expired-ms"`);
  }
  const urls: [string, string | undefined, string][] = [
    ['server.public_baseurl', config.server.public_baseurl, '^https?://'],
    ['database.url', config.database.url, '^postgres(ql)?://'],
    ['redis.url', config.redis.url, '^rediss?://'],
  ];
  for (const [name, value, pattern] of urls) {
    // PostgreSQL's addresses may lack a host (a Unix socket), which is no URL.
    const sound = value === undefined || (new RegExp(pattern).test(value) && (name === 'database.url' || URL.canParse(value)));
    if (!sound) errors.push(`${name}: must be an address that begins ${pattern.slice(1).replaceAll(/[?()]/g, '')}`);
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = target;
  for (const name of path.slice(0, -1)) {
    if (typeof at[name] !== 'object' || at[name] === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  at[path.at(-1)!] = value;
}
