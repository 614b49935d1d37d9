/** Push rules as a person thinks of them (spec: "Push rules"): all off, what rooms tell by default, words. */
import { ClientEvent, PushRuleKind, RuleId, type IPushRule, type MatrixClient } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface NotificationSettings {
  /** false: nothing notifies */
  readonly enabled: boolean;
  readonly directMessages: boolean;
  readonly groupMessages: boolean;
  readonly mentions: boolean;
  readonly roomMentions: boolean;
  readonly invites: boolean;
  readonly calls: boolean;
  readonly keywords: readonly string[];
}

const NOTIFY = ['notify', { set_tweak: 'sound', value: 'default' }] as const;
const HIGHLIGHT = ['notify', { set_tweak: 'sound', value: 'default' }, { set_tweak: 'highlight' }] as const;

/** The setting and the rules behind it. */
const RULES: Readonly<Record<Exclude<keyof NotificationSettings, 'enabled' | 'keywords'>, readonly (readonly [PushRuleKind, string])[]>> = {
  directMessages: [
    [PushRuleKind.Underride, RuleId.DM],
    [PushRuleKind.Underride, RuleId.EncryptedDM],
  ],
  groupMessages: [
    [PushRuleKind.Underride, RuleId.Message],
    [PushRuleKind.Underride, RuleId.EncryptedMessage],
  ],
  mentions: [[PushRuleKind.Override, RuleId.IsUserMention]],
  roomMentions: [[PushRuleKind.Override, RuleId.IsRoomMention]],
  invites: [[PushRuleKind.Override, RuleId.InviteToSelf]],
  calls: [[PushRuleKind.Underride, RuleId.IncomingCall]],
};

export class Notifications {
  readonly state: StoreApi<NotificationSettings>;
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
    this.state = createStore(() => this.#read());
    client.on(ClientEvent.AccountData, (event) => {
      if (event.getType() === 'm.push_rules') this.state.setState(this.#read());
    });
    client.on(ClientEvent.Sync, () => {
      // The rules come with the first sync.
      if (JSON.stringify(this.#read()) !== JSON.stringify(this.state.getState())) this.state.setState(this.#read());
    });
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.#client.setPushRuleEnabled('global', PushRuleKind.Override, RuleId.Master, !enabled);
    await this.#reload();
  }

  async set(name: keyof typeof RULES, on: boolean): Promise<void> {
    const actions = name === 'mentions' || name === 'roomMentions' ? HIGHLIGHT : NOTIFY;
    for (const [kind, ruleId] of RULES[name]) {
      if (!this.#rule(kind, ruleId)) continue;
      // Rules of the server can be switched off; those for messages have to stay, or the next one would match.
      if (kind === PushRuleKind.Underride) await this.#client.setPushRuleActions('global', kind, ruleId, (on ? [...actions] : []) as never);
      else await this.#client.setPushRuleEnabled('global', kind, ruleId, on);
    }
    await this.#reload();
  }

  async addKeyword(word: string): Promise<void> {
    const pattern = word.trim();
    if (pattern === '' || this.state.getState().keywords.includes(pattern)) return;
    await this.#client.addPushRule('global', PushRuleKind.ContentSpecific, `keyword-${pattern.toLowerCase()}`, {
      pattern,
      actions: [...HIGHLIGHT],
    } as never);
    await this.#reload();
  }

  async removeKeyword(word: string): Promise<void> {
    const rule = this.#client.pushRules?.global.content?.find((one) => !one.default && one.pattern === word);
    if (rule) await this.#client.deletePushRule('global', PushRuleKind.ContentSpecific, rule.rule_id);
    await this.#reload();
  }

  async #reload(): Promise<void> {
    this.#client.setPushRules(await this.#client.getPushRules());
    this.state.setState(this.#read());
  }

  #rule(kind: PushRuleKind, ruleId: string): IPushRule | undefined {
    return this.#client.pushRules?.global[kind]?.find((rule) => rule.rule_id === ruleId);
  }

  #read(): NotificationSettings {
    const on = (name: keyof typeof RULES): boolean =>
      RULES[name].some(([kind, ruleId]) => {
        const rule = this.#rule(kind, ruleId);
        return rule?.enabled === true && rule.actions.includes('notify' as never);
      });
    const content = this.#client.pushRules?.global.content ?? [];
    return {
      enabled: this.#rule(PushRuleKind.Override, RuleId.Master)?.enabled !== true,
      directMessages: on('directMessages'),
      groupMessages: on('groupMessages'),
      mentions: on('mentions'),
      roomMentions: on('roomMentions'),
      invites: on('invites'),
      calls: on('calls'),
      keywords: content.filter((rule) => !rule.default && rule.enabled && rule.pattern !== undefined).map((rule) => rule.pattern!),
    };
  }
}
