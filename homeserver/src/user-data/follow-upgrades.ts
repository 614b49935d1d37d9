/**
 * When somebody joins the room that replaced one of theirs, their tags and push rules of the old room come along, and that
 * it is a direct chat (Client-Server API, "Room upgrades", server behaviour).
 */
import { isJsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import type { PushRules } from '../push/push-rules.ts';
import { JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { GLOBAL, type AccountData } from './account-data.ts';

export class UpgradeFollower {
  readonly #engine: RoomEngine;
  readonly #accountData: AccountData;
  readonly #pushRules: PushRules;
  readonly #isLocal: (userId: string) => boolean;

  constructor(options: {
    engine: RoomEngine;
    accountData: AccountData;
    pushRules: PushRules;
    isLocal: (userId: string) => boolean;
    onError: (error: unknown) => void;
  }) {
    this.#engine = options.engine;
    this.#accountData = options.accountData;
    this.#pushRules = options.pushRules;
    this.#isLocal = options.isLocal;
    options.engine.onCommit(({ room, members }) => {
      for (const { before, after } of members) {
        if (after.membership === JOIN && before?.membership !== JOIN) this.#follow(room, after.userNid).catch(options.onError);
      }
    });
  }

  async #follow(room: Room, userNid: number): Promise<void> {
    const predecessor = (await this.#engine.stateEvent(room, 'm.room.create', ''))?.content['predecessor'];
    const oldId = isJsonObject(predecessor) ? predecessor['room_id'] : undefined;
    if (typeof oldId !== 'string') return;
    const userId = await this.#engine.strings.text(userNid);
    const old = this.#isLocal(userId) ? await this.#engine.find(oldId) : undefined;
    if (!old?.members.has(userNid)) return;
    await this.#copyTags(userNid, old.nid, room.nid);
    await this.#copyPushRule(userNid, userId, oldId, room.roomId);
    await this.#copyDirect(userNid, oldId, room.roomId);
  }

  async #copyDirect(userNid: number, from: string, to: string): Promise<void> {
    await this.#accountData.update(userNid, GLOBAL, 'm.direct', async (direct = {}) => {
      const added = Object.entries(direct).filter(([, rooms]) => Array.isArray(rooms) && rooms.includes(from) && !rooms.includes(to));
      if (added.length === 0) return undefined;
      return { ...direct, ...Object.fromEntries(added.map(([userId, rooms]) => [userId, [...(rooms as JsonValue[]), to]])) };
    });
  }

  async #copyTags(userNid: number, from: number, to: number): Promise<void> {
    const tags = await this.#accountData.get(userNid, from, 'm.tag');
    if (tags && !(await this.#accountData.get(userNid, to, 'm.tag'))) await this.#accountData.set(userNid, to, 'm.tag', tags);
  }

  /** The rule of kind `room`, and override rules about the room as clients make them for "mute". */
  async #copyPushRule(userNid: number, userId: string, from: string, to: string): Promise<void> {
    const rules = await this.#pushRules.get(userNid, userId);
    for (const kind of ['room', 'override'] as const) {
      const rule = rules[kind].find((one) => one.rule_id === from);
      if (!rule || rules[kind].some((one) => one.rule_id === to)) continue;
      const conditions = rule.conditions?.map((condition) =>
        condition['key'] === 'room_id' && condition['pattern'] === from ? { ...condition, pattern: to } : condition,
      );
      await this.#pushRules.put(userNid, userId, kind, { ...rule, rule_id: to, ...(conditions ? { conditions } : {}) }, {});
    }
  }
}
