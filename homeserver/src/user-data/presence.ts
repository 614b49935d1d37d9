/** Presence (Client-Server API, "Presence"): in memory; who is not heard of for a while is offline. */
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { PresenceSource } from '../sync/sources.ts';

export type PresenceState = 'online' | 'unavailable' | 'offline';

interface UserPresence {
  readonly userId: string;
  state: PresenceState;
  statusMsg: string | undefined;
  /** ms since the epoch */
  lastActive: number;
  lastSeen: number;
  /** not heard of for so long, ms, the user is offline */
  offlineAfter: number;
  pos: number;
}

/** What another server tells of one of its users. */
export interface RemotePresence {
  readonly state: PresenceState;
  readonly statusMsg: string | undefined;
  /** ms */
  readonly lastActiveAgo: number;
}

/** A user whose clients have not synced for so long is offline. */
const OFFLINE_AFTER_MS = 60_000;
/** The same for users of other servers, which tell of changes only. */
const REMOTE_OFFLINE_AFTER_MS = 30 * 60_000;
/** Users of other servers that are kept at most. */
const MAX_REMOTE_USERS = 20_000;
const SWEEP_MS = 15_000;
/** Users newly met that are kept for each user. */
const MAX_INTRODUCTIONS = 500;
/** For so long after an activity a user counts as active right now. */
const CURRENTLY_ACTIVE_MS = 60_000;

const OFFLINE = { state: 'offline' as PresenceState, statusMsg: undefined as string | undefined };

export interface PresenceOptions {
  readonly positions: StreamPositions;
  readonly now: () => number;
  /** the users who share a room with this one, this one included */
  readonly audience: (userNid: number) => Promise<ReadonlySet<number>>;
  readonly onChange: (audience: ReadonlySet<number>, pos: number) => void;
  /** what nobody waits for has failed */
  readonly onError: (error: unknown) => void;
}

export class Presence implements PresenceSource, Disposable {
  readonly #options: PresenceOptions;
  readonly #users = new Map<number, UserPresence>();
  /** whom a user has come to share a room with lately */
  readonly #met = new Map<number, { userNid: number; pos: number }[]>();
  readonly #sweep: NodeJS.Timeout;
  #onSet: (userNid: number, userId: string) => void = () => {};
  #remoteUsers = 0;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => void this.#expire().catch(this.#options.onError), SWEEP_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
  }

  /** Other servers are told of local users. Must not throw or wait. */
  connect(onSet: (userNid: number, userId: string) => void): void {
    this.#onSet = onSet;
  }

  /** What another server tells of a user; `audience`: the local users who may see it. */
  async receive(userNid: number, userId: string, told: RemotePresence, audience: ReadonlySet<number>): Promise<void> {
    const now = this.#options.now();
    const known = this.#users.get(userNid);
    if (!known && (told.state === 'offline' || this.#remoteUsers >= MAX_REMOTE_USERS)) return;
    if (!known) this.#remoteUsers++;
    const user = known ?? { userId, ...OFFLINE, lastActive: now, lastSeen: now, offlineAfter: REMOTE_OFFLINE_AFTER_MS, pos: 0 };
    this.#users.set(userNid, user);
    const same = user.state === told.state && user.statusMsg === told.statusMsg;
    user.state = told.state;
    user.statusMsg = told.statusMsg;
    user.lastActive = now - told.lastActiveAgo;
    user.lastSeen = now;
    if (same) return;
    await this.#options.positions.write(async (pos) => {
      user.pos = pos;
      this.#options.onChange(audience, pos);
    });
  }

  /** A device of the user syncs. A sync only keeps somebody online; it does not undo what they set. */
  async seen(userNid: number, userId: string, state: PresenceState): Promise<void> {
    const current = this.#users.get(userNid);
    const now = this.#options.now();
    if (current) current.lastSeen = now;
    if (state === 'offline' || (current && current.state === state)) return;
    await this.set(userNid, userId, state, current?.statusMsg);
  }

  async set(userNid: number, userId: string, state: PresenceState, statusMsg: string | undefined): Promise<void> {
    const now = this.#options.now();
    const user = this.#users.get(userNid) ?? { userId, state, statusMsg, lastActive: now, lastSeen: now, offlineAfter: OFFLINE_AFTER_MS, pos: 0 };
    this.#users.set(userNid, user);
    user.state = state;
    user.statusMsg = statusMsg;
    user.lastSeen = now;
    if (state === 'online') user.lastActive = now;
    this.#onSet(userNid, userId);
    const audience = await this.#options.audience(userNid);
    await this.#options.positions.write(async (pos) => {
      user.pos = pos;
      this.#options.onChange(audience, pos);
    });
  }

  get(userNid: number): { presence: PresenceState; last_active_ago?: number; status_msg?: string; currently_active: boolean } {
    const user = this.#users.get(userNid);
    if (!user) return { presence: 'offline', currently_active: false };
    const ago = this.#options.now() - user.lastActive;
    return {
      presence: user.state,
      last_active_ago: ago,
      ...(user.statusMsg === undefined ? {} : { status_msg: user.statusMsg }),
      currently_active: user.state === 'online' && ago < CURRENTLY_ACTIVE_MS,
    };
  }

  async changed(userNid: number, since: number, upto: number): Promise<string[]> {
    const met = this.#metSince(userNid, since, upto);
    const fresh = [...this.#users].filter(
      ([nid, user]) => met.has(nid) || (user.pos > since && user.pos <= upto && (since > 0 || user.state !== 'offline')),
    );
    if (fresh.length === 0) return [];
    const audience = await this.#options.audience(userNid);
    return fresh
      .filter(([nid]) => audience.has(nid))
      .map(([nid, user]) => JSON.stringify({ type: 'm.presence', sender: user.userId, content: this.get(nid) }));
  }

  /** Somebody comes to a room at a position: they and those there are told of each other. */
  introduce(userNid: number, others: readonly number[], pos: number): void {
    for (const other of others) {
      if (other === userNid) continue;
      this.#meet(userNid, other, pos);
      this.#meet(other, userNid, pos);
    }
  }

  #meet(userNid: number, other: number, pos: number): void {
    if (!this.#users.has(other) || !this.#users.has(userNid)) return;
    const met = this.#met.get(userNid) ?? [];
    met.push({ userNid: other, pos });
    if (met.length > MAX_INTRODUCTIONS) met.shift();
    this.#met.set(userNid, met);
  }

  #metSince(userNid: number, since: number, upto: number): ReadonlySet<number> {
    const met = this.#met.get(userNid);
    return new Set(met?.filter((one) => one.pos > since && one.pos <= upto).map((one) => one.userNid));
  }

  async #expire(): Promise<void> {
    const now = this.#options.now();
    for (const [userNid, user] of this.#users) {
      if (user.lastSeen >= now - user.offlineAfter) continue;
      this.#met.delete(userNid);
      if (user.state !== 'offline') await this.#goOffline(userNid, user);
      // Who is of another server is forgotten once everybody had the time to hear that they are offline.
      else if (user.offlineAfter === REMOTE_OFFLINE_AFTER_MS && user.lastSeen < now - 2 * REMOTE_OFFLINE_AFTER_MS) {
        this.#users.delete(userNid);
        this.#remoteUsers--;
      }
    }
  }

  async #goOffline(userNid: number, user: UserPresence): Promise<void> {
    const { lastSeen } = user;
    await this.set(userNid, user.userId, 'offline', user.statusMsg);
    user.lastSeen = lastSeen; // nothing was heard of them
  }
}
