/** Evaluating push rules: what one user's rules say of one event (Client-Server API, "Push Rules"). */
import { isJsonObject, type JsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import { RULE_KINDS, type PushRule, type RuleKind, type Ruleset } from './push-rules.ts';

export interface PushSubject {
  readonly type: string;
  readonly roomId: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
}

export interface PushContext {
  readonly memberCount: number;
  /** the user's name in the room */
  readonly displayName: string | undefined;
  /** whether the sender has the power to notify everybody, by key of `notifications` */
  readonly mayNotify: (key: string) => boolean;
}

export interface PushVerdict {
  readonly notify: boolean;
  readonly highlight: boolean;
  /** of the rule that decided */
  readonly actions: readonly unknown[];
}

export const SILENT: PushVerdict = { notify: false, highlight: false, actions: [] };

export function evaluateRules(rules: Ruleset, subject: PushSubject, context: PushContext): PushVerdict {
  for (const kind of RULE_KINDS) {
    for (const rule of rules[kind]) {
      if (!rule.enabled || !matchesRule(kind, rule, subject, context)) continue;
      if (!rule.actions.includes('notify')) return SILENT;
      const tweak = rule.actions.find((action) => isJsonObject(action) && action['set_tweak'] === 'highlight') as JsonObject | undefined;
      return { notify: true, highlight: tweak !== undefined && tweak['value'] !== false, actions: rule.actions };
    }
  }
  return SILENT;
}

function matchesRule(kind: RuleKind, rule: PushRule, subject: PushSubject, context: PushContext): boolean {
  // With mentions named in the event, looking for names in its text would notify twice or wrongly.
  if (OLD_MENTION_RULES.has(rule.rule_id) && isJsonObject(subject.content['m.mentions'])) return false;
  if (kind === 'room') return rule.rule_id === subject.roomId;
  if (kind === 'sender') return rule.rule_id === subject.sender;
  if (kind === 'content') return typeof subject.content['body'] === 'string' && wordMatcher(rule.pattern ?? '')(subject.content['body']);
  return (rule.conditions ?? []).every((condition) => holds(condition, subject, context));
}

const OLD_MENTION_RULES = new Set(['.m.rule.contains_display_name', '.m.rule.contains_user_name', '.m.rule.roomnotif']);

function holds(condition: JsonObject, subject: PushSubject, context: PushContext): boolean {
  const { kind, key, pattern, value } = condition;
  switch (kind) {
    case 'event_match': {
      if (typeof key !== 'string' || typeof pattern !== 'string') return false;
      const found = valueAt(subject, key);
      if (typeof found !== 'string') return false;
      return key === 'content.body' ? wordMatcher(pattern)(found) : wholeMatcher(pattern)(found);
    }
    case 'event_property_is':
      return typeof key === 'string' && valueAt(subject, key) === value;
    case 'event_property_contains': {
      const found = typeof key === 'string' ? valueAt(subject, key) : undefined;
      return Array.isArray(found) && found.includes(value as JsonValue);
    }
    case 'contains_display_name': {
      const { body } = subject.content;
      return (
        context.displayName !== undefined && context.displayName !== '' && typeof body === 'string' && wordMatcher(context.displayName, false)(body)
      );
    }
    case 'room_member_count':
      return memberCountHolds(condition['is'], context.memberCount);
    case 'sender_notification_permission':
      return typeof key === 'string' && context.mayNotify(key);
    default:
      return false;
  }
}

/** A dotted path into the event; a backslash keeps the next character. */
function valueAt(subject: PushSubject, key: string): JsonValue | undefined {
  const event: JsonObject = {
    type: subject.type,
    sender: subject.sender,
    room_id: subject.roomId,
    state_key: subject.stateKey,
    content: subject.content,
  };
  const path = key.match(/(?:\\.|[^.\\])+/gsu) ?? [];
  let at: JsonValue | undefined = event;
  for (const part of path) {
    const name: string = part.replaceAll(/\\(.)/gsu, '$1');
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function memberCountHolds(is: JsonValue | undefined, count: number): boolean {
  const match = typeof is === 'string' ? /^(==|<=|>=|<|>)?(\d+)$/.exec(is) : null;
  if (!match) return false;
  const limit = Number(match[2]);
  switch (match[1]) {
    case '<':
      return count < limit;
    case '>':
      return count > limit;
    case '<=':
      return count <= limit;
    case '>=':
      return count >= limit;
    default:
      return count === limit;
  }
}

const matchers = new Map<string, RegExp>();
const MAX_MATCHERS = 5_000;

function compiled(key: string, source: () => string): RegExp {
  let matcher = matchers.get(key);
  if (!matcher) {
    if (matchers.size >= MAX_MATCHERS) matchers.clear();
    matcher = new RegExp(source(), 'isu');
    matchers.set(key, matcher);
  }
  return matcher;
}

const globSource = (pattern: string): string =>
  pattern
    .replaceAll(/\*+/g, '*')
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part)))
    .join('');

function wholeMatcher(pattern: string): (text: string) => boolean {
  const matcher = compiled(`whole ${pattern}`, () => `^(?:${globSource(pattern)})$`);
  return (text) => matcher.test(text);
}

function wordMatcher(pattern: string, glob = true): (text: string) => boolean {
  if (pattern === '') return () => false;
  const matcher = compiled(
    `${glob ? 'glob' : 'text'} ${pattern}`,
    () => `(?:^|[^\\w])(?:${glob ? globSource(pattern) : RegExp.escape(pattern)})(?:$|[^\\w])`,
  );
  return (text) => matcher.test(text);
}
