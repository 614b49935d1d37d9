/** The pushers of all users, in memory too, since every event asks for them (Client-Server API, "Push Notifications"). */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import type { Queryable } from '../storage/database.ts';
import { PusherTable, type NewPusher, type Pusher } from './pusher-table.ts';

const MAX_PUSHERS = 100;

export class Pushers {
  readonly table: PusherTable;
  readonly #ofUser = new Map<number, readonly Pusher[]>();
  readonly #onGone: ((pusher: Pusher) => void)[] = [];

  private constructor(db: Queryable) {
    this.table = new PusherTable(db);
  }

  static async open(db: Queryable): Promise<Pushers> {
    const pushers = new Pushers(db);
    await pushers.reload();
    return pushers;
  }

  /** Called for each pusher that is no more. */
  onGone(listener: (pusher: Pusher) => void): void {
    this.#onGone.push(listener);
  }

  /** Users who have any. */
  users(): IterableIterator<number> {
    return this.#ofUser.keys();
  }

  get userCount(): number {
    return this.#ofUser.size;
  }

  of(userNid: number): readonly Pusher[] {
    return this.#ofUser.get(userNid) ?? [];
  }

  find(id: number, userNid: number): Pusher | undefined {
    return this.of(userNid).find((pusher) => pusher.id === id);
  }

  /** `append`: the same pusher of other users stays. */
  async set(pusher: NewPusher, options: { deviceNid: number; append: boolean; toldPos: number }): Promise<void> {
    const { userNid, appId, pushkey } = pusher;
    const isNew = !this.of(userNid).some((own) => own.appId === appId && own.pushkey === pushkey);
    if (isNew && this.of(userNid).length >= MAX_PUSHERS)
      throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', 403, `A user has at most ${MAX_PUSHERS} pushers.`);
    const others = options.append ? [] : await this.table.deleteOfOthers(userNid, appId, pushkey);
    await this.table.set(pusher, options.deviceNid, options.toldPos);
    await this.#load([userNid, ...others]);
  }

  async delete({ userNid, appId, pushkey }: Pick<Pusher, 'userNid' | 'appId' | 'pushkey'>): Promise<void> {
    await this.table.delete(userNid, appId, pushkey);
    await this.#load([userNid]);
  }

  /** Devices of the user are gone, and their pushers with them. */
  async devicesDeleted(userNid: number): Promise<void> {
    if (this.#ofUser.has(userNid)) await this.#load([userNid]);
  }

  /** Takes all of them from storage: another process changed accounts. */
  async reload(): Promise<void> {
    this.#replace([...this.#ofUser.keys()], await this.table.all());
  }

  async #load(userNids: readonly number[]): Promise<void> {
    this.#replace(userNids, await this.table.ofUsers(userNids));
  }

  #replace(userNids: readonly number[], pushers: readonly Pusher[]): void {
    const before = userNids.flatMap((userNid) => this.of(userNid));
    for (const userNid of userNids) this.#ofUser.delete(userNid);
    for (const [userNid, own] of Map.groupBy(pushers, (pusher) => pusher.userNid)) this.#ofUser.set(userNid, own);
    const ids = new Set(pushers.map((pusher) => pusher.id));
    for (const pusher of before) if (!ids.has(pusher.id)) for (const listener of this.#onGone) listener(pusher);
  }
}
