/** Slash commands: what was typed becomes something to do, or an error that can be shown. Nothing is done here. */
import { isRoomAlias, isRoomId, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { parseMatrixLink } from '../messages/permalinks.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { MENTION_TOKEN, readMentionToken } from './mention-token.ts';
import type { TextMessageType } from './message-content.ts';

export type Intent =
  /** `plain` is sent as it stands, otherwise it is Markdown. */
  | { readonly kind: 'send'; readonly text: string; readonly msgtype: TextMessageType; readonly plain: boolean }
  | { readonly kind: 'join'; readonly room: string; readonly via: readonly string[] }
  /** `room` undefined: this one. */
  | { readonly kind: 'leave'; readonly room: string | undefined }
  | { readonly kind: 'invite' | 'kick' | 'ban' | 'unban'; readonly userId: string; readonly reason: string | undefined }
  | { readonly kind: 'set-name' | 'set-room-nick'; readonly name: string }
  /** Empty: none any more. */
  | { readonly kind: 'set-topic'; readonly topic: string }
  | { readonly kind: 'set-room-name'; readonly name: string }
  /** `level` undefined: what everybody has. */
  | { readonly kind: 'set-power'; readonly userId: string; readonly level: number | undefined }
  | { readonly kind: 'message'; readonly userId: string; readonly text: string | undefined }
  | { readonly kind: 'ignore' | 'unignore'; readonly userId: string }
  | { readonly kind: 'upgrade-room'; readonly version: string }
  /** For `parseSnooze`. */
  | { readonly kind: 'snooze'; readonly words: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'help'; readonly command: string | undefined };

export type CommandProblem = 'unknown-command' | 'missing-argument' | 'not-a-user' | 'not-a-room' | 'not-a-number' | 'too-much';
export interface CommandError {
  readonly kind: 'error';
  readonly problem: CommandProblem;
  /** As it was typed, without the slash. */
  readonly command: string;
  /** The argument that is missing or wrong; undefined if it is the command. */
  readonly argument: CommandArgument | undefined;
  /** The known command that is closest to an unknown one. */
  readonly suggestion: string | undefined;
}

export type CommandArgument = 'text' | 'user' | 'room' | 'reason' | 'name' | 'topic' | 'level' | 'version' | 'when' | 'command';

export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What follows it, in order; those that may be left out last. The i18n keys are `composer.command.<name>` and `composer.argument.<argument>`. */
  readonly required: readonly CommandArgument[];
  readonly optional: readonly CommandArgument[];
  readonly group: 'message' | 'room' | 'people' | 'inbox' | 'help';
}

const command = (
  group: Command['group'],
  name: string,
  required: readonly CommandArgument[] = [],
  optional: readonly CommandArgument[] = [],
  aliases: readonly string[] = [],
): Command => ({ name, aliases, required, optional, group });

export const COMMANDS: readonly Command[] = [
  command('message', 'me', ['text']),
  command('message', 'plain', ['text']),
  command('message', 'shrug', [], ['text']),
  command('message', 'tableflip', [], ['text']),
  command('message', 'lenny', [], ['text']),
  command('message', 'spoiler', ['text']),
  command('room', 'join', ['room'], [], ['j']),
  command('room', 'leave', [], ['room'], ['part']),
  command('room', 'topic', [], ['topic']),
  command('room', 'roomname', ['name']),
  command('room', 'roomnick', ['name'], [], ['myroomnick']),
  command('room', 'upgraderoom', ['version']),
  command('people', 'invite', ['user'], ['reason']),
  command('people', 'kick', ['user'], ['reason'], ['remove']),
  command('people', 'ban', ['user'], ['reason']),
  command('people', 'unban', ['user'], ['reason']),
  command('people', 'op', ['user'], ['level']),
  command('people', 'deop', ['user']),
  command('people', 'msg', ['user'], ['text'], ['dm', 'query']),
  command('people', 'ignore', ['user']),
  command('people', 'unignore', ['user']),
  command('people', 'nick', ['name']),
  command('inbox', 'snooze', ['when']),
  command('inbox', 'done'),
  command('help', 'help', [], ['command']),
];

const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each] as const)));
const FACES: Readonly<Record<string, string>> = { shrug: '¯\\_(ツ)_/¯', tableflip: '(╯°□°）╯︵ ┻━┻', lenny: '( ͡° ͜ʖ ͡°)' };
/** What "moderator" means nearly everywhere. */
const MODERATOR = 50;
const COMMAND = /^\/([a-z]+)(?:[ \t\n]+([\s\S]*))?$/i;

/** Steps from one word to another: letters added, left out, changed, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let steps = Math.min(last[j]! + 1, row[j - 1]! + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps = Math.min(steps, before[j - 2]! + 1);
      row.push(steps);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}

/** The command that was probably meant: one that starts so, or is a slip or two away. */
export function closestCommand(typed: string): string | undefined {
  const name = typed.toLowerCase().slice(0, 20);
  const starting = name.length >= 2 ? COMMANDS.find((each) => each.name.startsWith(name)) : undefined;
  if (starting) return starting.name;
  let best: { readonly name: string; readonly steps: number } | undefined;
  for (const [known, { name: proper }] of BY_NAME) {
    const steps = distance(name, known);
    if (steps <= Math.min(2, Math.floor(known.length / 2)) && (!best || steps < best.steps)) best = { name: proper, steps };
  }
  return best?.name;
}

interface Rest {
  readonly first: string;
  readonly rest: string;
}

/** The first word, or the first mention whatever is in its name. */
function splitFirst(text: string): Rest {
  const mention = new RegExp(MENTION_TOKEN.source, 'y').exec(text);
  const first = mention?.[0] ?? /^\S*/.exec(text)![0];
  return { first, rest: text.slice(first.length).trim() };
}

function readId(word: string): { readonly id: string; readonly via: readonly string[] } {
  const mention = new RegExp(`^${MENTION_TOKEN.source}$`).exec(word);
  const token = mention && readMentionToken(mention[1]!, mention[2]!);
  if (token) return { id: token.id, via: [] };
  const link = parseMatrixLink(word);
  if (!link) return { id: word, via: [] };
  return { id: link.kind === 'user' ? link.userId : link.room, via: link.via };
}

const send = (text: string, msgtype: TextMessageType = 'm.text', plain = false): Intent => ({ kind: 'send', text, msgtype, plain });

function withFace(name: string, text: string): Intent {
  const face = escapeMarkdown(FACES[name]!);
  return send(text ? `${face} ${text}` : face);
}

type Outcome = Intent | { readonly problem: CommandProblem; readonly argument: CommandArgument | undefined };

function forUser(name: string, text: string): Outcome {
  const { first, rest } = splitFirst(text);
  const { id: userId } = readId(first);
  if (!isUserId(userId)) return { problem: 'not-a-user', argument: 'user' };
  const reason = rest || undefined;
  switch (name) {
    case 'invite':
    case 'kick':
    case 'ban':
    case 'unban':
      return { kind: name, userId, reason };
    case 'msg':
      return { kind: 'message', userId, text: reason };
    case 'op': {
      if (!reason) return { kind: 'set-power', userId, level: MODERATOR };
      const level = /^-?\d{1,15}$/.test(reason) ? Number(reason) : undefined;
      return level === undefined ? { problem: 'not-a-number', argument: 'level' } : { kind: 'set-power', userId, level };
    }
    default:
      if (reason) return { problem: 'too-much', argument: undefined };
      return name === 'deop' ? { kind: 'set-power', userId, level: undefined } : { kind: name === 'ignore' ? 'ignore' : 'unignore', userId };
  }
}

function forRoom(name: string, text: string): Outcome {
  if (name === 'leave' && !text) return { kind: 'leave', room: undefined };
  const { first, rest } = splitFirst(text);
  const { id: room, via } = readId(first);
  if (!isRoomAlias(room) && !isRoomId(room)) return { problem: 'not-a-room', argument: 'room' };
  if (rest) return { problem: 'too-much', argument: undefined };
  return name === 'leave' ? { kind: 'leave', room } : { kind: 'join', room, via };
}

function run(name: string, text: string): Outcome {
  switch (name) {
    case 'me':
      return send(text, 'm.emote');
    case 'plain':
      return send(text, 'm.text', true);
    case 'shrug':
    case 'tableflip':
    case 'lenny':
      return withFace(name, text);
    case 'spoiler':
      // A spoiler is within a paragraph.
      return send(`||${text.replaceAll(/(?<!\\)\|/g, '\\|').replaceAll(/\n{2,}/g, '\n')}||`);
    case 'join':
    case 'leave':
      return forRoom(name, text);
    case 'topic':
      return { kind: 'set-topic', topic: text };
    case 'roomname':
      return { kind: 'set-room-name', name: text };
    case 'nick':
      return { kind: 'set-name', name: text };
    case 'roomnick':
      return { kind: 'set-room-nick', name: text };
    case 'upgraderoom':
      return /\s/.test(text) ? { problem: 'too-much', argument: undefined } : { kind: 'upgrade-room', version: text };
    case 'snooze':
      return { kind: 'snooze', words: text };
    case 'done':
      return text ? { problem: 'too-much', argument: undefined } : { kind: 'done' };
    case 'help':
      return { kind: 'help', command: text.replace(/^\//, '') || undefined };
    default:
      return forUser(name, text);
  }
}

/** What is to be done with what was typed. `//text` is `/text`; a path like `/etc/hosts` is text, because no command has a slash in it. */
export function parseTyped(typed: string): Intent | CommandError {
  const text = typed.trimEnd();
  if (text.startsWith('//')) return send(text.slice(1));
  const match = COMMAND.exec(text);
  if (!match) return send(text);
  const [, name = '', argument = ''] = match;
  const known = BY_NAME.get(name.toLowerCase());
  const failed = (problem: CommandProblem, about?: CommandArgument, suggestion?: string): CommandError => ({
    kind: 'error',
    problem,
    command: name,
    argument: about,
    suggestion,
  });
  if (!known) return failed('unknown-command', undefined, closestCommand(name));
  const given = argument.trim();
  if (known.required.length > 0 && !given) return failed('missing-argument', known.required[0]);
  const outcome = run(known.name, given);
  return 'problem' in outcome ? failed(outcome.problem, outcome.argument) : outcome;
}
