/** What a user's push rules say of the events of a room, as user and room are now. Who is ignored is not heard of ("Ignoring Users"). */
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { AccountDataSource } from '../sync/sources.ts';
import { evaluateRules, SILENT, type PushVerdict } from './evaluate-rules.ts';
import type { PushRules, Ruleset } from './push-rules.ts';

export type JudgeEvent = (stored: StoredEvent) => PushVerdict;

export class PushEvaluator {
  readonly #engine: RoomEngine;
  readonly #rules: PushRules;
  readonly #accountData: Pick<AccountDataSource, 'ignoredUsers'>;

  constructor(options: { engine: RoomEngine; rules: PushRules; accountData: Pick<AccountDataSource, 'ignoredUsers'> }) {
    this.#engine = options.engine;
    this.#rules = options.rules;
    this.#accountData = options.accountData;
  }

  /** For several rooms: the rules are read once. */
  async forUser(userNid: number): Promise<(room: Room) => Promise<JudgeEvent>> {
    const userId = await this.#engine.strings.text(userNid);
    const [rules, ignored] = await Promise.all([this.#rules.get(userNid, userId), this.#accountData.ignoredUsers(userNid)]);
    return async (room) => {
      const judge = await this.#inRoom(userId, rules, room);
      return ignored.size === 0 ? judge : (stored) => (ignored.has(stored.event.sender) ? SILENT : judge(stored));
    };
  }

  async of(userNid: number, room: Room): Promise<JudgeEvent> {
    return (await this.forUser(userNid))(room);
  }

  async #inRoom(userId: string, rules: Ruleset, room: Room): Promise<JudgeEvent> {
    const own = await this.#engine.stateEvent(room, 'm.room.member', userId);
    const displayName = own?.content['displayname'];
    const mayNotify = await this.#notifyPermission(room);
    return ({ event }) =>
      evaluateRules(
        rules,
        { type: event.type, roomId: event.roomId, sender: event.sender, stateKey: event.stateKey, content: event.content },
        {
          memberCount: room.joinedCount,
          displayName: typeof displayName === 'string' ? displayName : undefined,
          mayNotify: (key) => mayNotify(event.sender, key),
        },
      );
  }

  /** For an event of a room that this server is not in: an invite. */
  async ofInvite(userNid: number, invite: RoomEvent): Promise<PushVerdict> {
    if ((await this.#accountData.ignoredUsers(userNid)).has(invite.sender)) return SILENT;
    const userId = await this.#engine.strings.text(userNid);
    const rules = await this.#rules.get(userNid, userId);
    const { type, roomId, sender, stateKey, content } = invite;
    return evaluateRules(rules, { type, roomId, sender, stateKey, content }, { memberCount: 0, displayName: undefined, mayNotify: () => false });
  }

  async #notifyPermission(room: Room): Promise<(sender: string, key: string) => boolean> {
    const [create, powerLevels] = await Promise.all([
      this.#engine.stateEvent(room, 'm.room.create', ''),
      this.#engine.stateEvent(room, 'm.room.power_levels', ''),
    ]);
    const levels = readPowerLevels({ version: room.version, create: create?.event, powerLevels: powerLevels?.event });
    return (sender, key) => levels.userLevel(sender) >= levels.notificationLevel(key);
  }
}
