/** Push rules (Client-Server API, "Push Rules"): the predefined ones, and what users make of them. */
import { MatrixError, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { localpartOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { GLOBAL, type AccountData } from '../user-data/account-data.ts';

export const PUSH_RULES_TYPE = 'm.push_rules';
export const RULE_KINDS = ['override', 'content', 'room', 'sender', 'underride'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

export interface PushRule {
  readonly rule_id: string;
  readonly default: boolean;
  readonly enabled: boolean;
  readonly actions: readonly unknown[];
  readonly conditions?: readonly JsonObject[];
  readonly pattern?: string;
}
export type Ruleset = Readonly<Record<RuleKind, readonly PushRule[]>>;

const SOUND = { set_tweak: 'sound', value: 'default' };
const RING = { set_tweak: 'sound', value: 'ring' };
const HIGHLIGHT = { set_tweak: 'highlight' };
const NO_HIGHLIGHT = { set_tweak: 'highlight', value: false };

const rule = (id: string, conditions: readonly JsonObject[], actions: readonly unknown[], enabled = true): PushRule => ({
  rule_id: id,
  default: true,
  enabled,
  conditions,
  actions,
});
const typeIs = (pattern: string): JsonObject => ({ kind: 'event_match', key: 'type', pattern });
const contentIs = (key: string, value: string | boolean): JsonObject => ({ kind: 'event_property_is', key: `content.${key}`, value });

/** The rules that every user begins with (Client-Server API, "Predefined Rules"). */
export function defaultRuleset(userId: string): Ruleset {
  const twoMembers: JsonObject = { kind: 'room_member_count', is: '2' };
  return {
    override: [
      rule('.m.rule.master', [], [], false),
      rule('.m.rule.suppress_notices', [{ kind: 'event_match', key: 'content.msgtype', pattern: 'm.notice' }], []),
      rule(
        '.m.rule.invite_for_me',
        [
          typeIs('m.room.member'),
          { kind: 'event_match', key: 'content.membership', pattern: 'invite' },
          { kind: 'event_match', key: 'state_key', pattern: userId },
        ],
        ['notify', SOUND, NO_HIGHLIGHT],
      ),
      rule('.m.rule.member_event', [typeIs('m.room.member')], []),
      rule(
        '.m.rule.is_user_mention',
        [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: userId }],
        ['notify', SOUND, HIGHLIGHT],
      ),
      rule('.m.rule.contains_display_name', [{ kind: 'contains_display_name' }], ['notify', SOUND, HIGHLIGHT]),
      rule(
        '.m.rule.is_room_mention',
        [contentIs('m\\.mentions.room', true), { kind: 'sender_notification_permission', key: 'room' }],
        ['notify', HIGHLIGHT],
      ),
      rule(
        '.m.rule.roomnotif',
        [
          { kind: 'event_match', key: 'content.body', pattern: '@room' },
          { kind: 'sender_notification_permission', key: 'room' },
        ],
        ['notify', HIGHLIGHT],
      ),
      rule('.m.rule.tombstone', [typeIs('m.room.tombstone'), { kind: 'event_match', key: 'state_key', pattern: '' }], ['notify', HIGHLIGHT]),
      rule('.m.rule.reaction', [typeIs('m.reaction')], []),
      rule('.m.rule.room.server_acl', [typeIs('m.room.server_acl'), { kind: 'event_match', key: 'state_key', pattern: '' }], []),
      rule('.m.rule.suppress_edits', [contentIs('m\\.relates_to.rel_type', 'm.replace')], []),
    ],
    content: [
      { rule_id: '.m.rule.contains_user_name', default: true, enabled: true, pattern: localpartOf(userId), actions: ['notify', SOUND, HIGHLIGHT] },
    ],
    room: [],
    sender: [],
    underride: [
      rule('.m.rule.call', [typeIs('m.call.invite')], ['notify', RING, NO_HIGHLIGHT]),
      rule('.m.rule.encrypted_room_one_to_one', [twoMembers, typeIs('m.room.encrypted')], ['notify', SOUND, NO_HIGHLIGHT]),
      rule('.m.rule.room_one_to_one', [twoMembers, typeIs('m.room.message')], ['notify', SOUND, NO_HIGHLIGHT]),
      rule('.m.rule.message', [typeIs('m.room.message')], ['notify', NO_HIGHLIGHT]),
      rule('.m.rule.encrypted', [typeIs('m.room.encrypted')], ['notify', NO_HIGHLIGHT]),
    ],
  };
}

export class PushRules {
  readonly #accountData: AccountData;
  constructor(accountData: AccountData) {
    this.#accountData = accountData;
  }

  /** The user's rules: the stored ones with predefined rules that came later. */
  async get(userNid: number, userId: string): Promise<Ruleset> {
    return complete(await this.#accountData.get(userNid, GLOBAL, PUSH_RULES_TYPE), userId);
  }

  async find(userNid: number, userId: string, kind: string, ruleId: string): Promise<PushRule> {
    const found = (await this.get(userNid, userId))[kindOf(kind)].find((one) => one.rule_id === ruleId);
    if (!found) throw notFound('There is no such push rule.');
    return found;
  }

  /** Changes one rule. */
  async update(userNid: number, userId: string, kind: string, ruleId: string, change: Partial<PushRule>): Promise<void> {
    await this.find(userNid, userId, kind, ruleId);
    await this.#store(userNid, userId, kindOf(kind), (rules) => rules.map((one) => (one.rule_id === ruleId ? { ...one, ...change } : one)));
  }

  /** Adds or replaces one of the user's own rules; new ones come first unless `before` or `after` names another. */
  async put(userNid: number, userId: string, kind: string, added: PushRule, place: { before?: string; after?: string }): Promise<void> {
    if (added.rule_id.startsWith('.')) throw invalidParam("Rules whose names begin with a dot are the server's.");
    if (/[/\\]/.test(added.rule_id)) throw invalidParam('A rule name has no slashes.');
    await this.#store(userNid, userId, kindOf(kind), (rules) => {
      const current = rules.findIndex((one) => one.rule_id === added.rule_id);
      const others = rules.filter((one) => one.rule_id !== added.rule_id);
      const neighbour = place.before ?? place.after;
      let at = current === -1 ? 0 : current;
      if (neighbour !== undefined) {
        const index = others.findIndex((one) => one.rule_id === neighbour);
        if (index === -1) throw new MatrixError('M_UNKNOWN', 400, 'There is no rule to place it by.');
        at = place.before === undefined ? index + 1 : index;
      }
      // The master switch goes before everything.
      if (at === 0 && others[0]?.rule_id === '.m.rule.master') at = 1;
      return others.toSpliced(at, 0, added);
    });
  }

  async delete(userNid: number, userId: string, kind: string, ruleId: string): Promise<void> {
    const found = await this.find(userNid, userId, kind, ruleId);
    if (found.default) throw invalidParam("The server's own rules can be switched off, not deleted.");
    await this.#store(userNid, userId, kindOf(kind), (rules) => rules.filter((one) => one.rule_id !== ruleId));
  }

  async #store(userNid: number, userId: string, kind: RuleKind, change: (rules: readonly PushRule[]) => readonly PushRule[]): Promise<void> {
    await this.#accountData.update(userNid, GLOBAL, PUSH_RULES_TYPE, async (before) => {
      const rules = complete(before, userId);
      return { global: { ...rules, [kind]: change(rules[kind]) } } as unknown as JsonObject;
    });
  }
}

function complete(content: JsonObject | undefined, userId: string): Ruleset {
  const stored = content?.['global'] as unknown as Ruleset | undefined;
  const defaults = defaultRuleset(userId);
  if (!stored) return defaults;
  const merged = (kind: RuleKind): PushRule[] => {
    const own = stored[kind] ?? [];
    const known = new Set(own.map((one) => one.rule_id));
    return [...own, ...defaults[kind].filter((one) => !known.has(one.rule_id))];
  };
  return { override: merged('override'), content: merged('content'), room: merged('room'), sender: merged('sender'), underride: merged('underride') };
}

export function kindOf(kind: string): RuleKind {
  const found = RULE_KINDS.find((known) => known === kind);
  if (!found) throw invalidParam(`The kinds of push rules are ${RULE_KINDS.join(', ')}.`);
  return found;
}
