/**
 * Which membership events a device has been sent already, so that lazy loading does not repeat them
 * (Client-Server API, "Lazy-loading room members"). Forgetting costs only a repetition.
 */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';

/** (device, room) pairs remembered, and members remembered for each */
const MAX_VIEWS = 20_000;
const MAX_MEMBERS_PER_VIEW = 500;

export class LazyMembers {
  readonly #sent = new LRUCache<string, LRUCache<number, number>>(upTo(MAX_VIEWS));

  /** The device has been sent this membership event of the user. */
  has(deviceNid: number, roomNid: number, userKey: number, memberNid: number): boolean {
    return this.#sent.get(`${deviceNid} ${roomNid}`)?.get(userKey) === memberNid;
  }

  add(deviceNid: number, roomNid: number, userKey: number, memberNid: number): void {
    const view = `${deviceNid} ${roomNid}`;
    let members = this.#sent.get(view);
    if (!members) {
      members = new LRUCache(upTo(MAX_MEMBERS_PER_VIEW));
      this.#sent.set(view, members);
    }
    members.set(userKey, memberNid);
  }

  /** The device starts over. */
  reset(deviceNid: number, roomNid: number): void {
    this.#sent.delete(`${deviceNid} ${roomNid}`);
  }
}
