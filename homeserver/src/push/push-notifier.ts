/**
 * Tells pushers of new events (Client-Server API, "Push Notifications"): follows the commits, asks each member's rules, and
 * hands what notifies to the queues of their pushers. How far each pusher was told is written now and then, so a restart
 * goes on from there; gateways know repeated events by their ids.
 */
import type { Clock, Log } from '@nexuscomm/federation/ports.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { INVITE, JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { PushEvaluator } from './evaluate-events.ts';
import type { EventNotice, PushGateway } from './push-gateway.ts';
import { PushQueue, type PushQueueOptions } from './push-queue.ts';
import type { Pusher } from './pusher-table.ts';
import type { Pushers } from './pushers.ts';
import type { UnreadTracker } from './unread-counts.ts';

export interface PushNotifierOptions {
  readonly engine: RoomEngine;
  readonly positions: StreamPositions;
  readonly hub: SyncHub;
  readonly pushers: Pushers;
  readonly evaluator: PushEvaluator;
  readonly unread: UnreadTracker;
  readonly gateway: PushGateway;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: PushQueueOptions['limits'];
  readonly onError: (error: unknown) => void;
}

interface Task {
  readonly room: Room;
  readonly stored: StoredEvent;
  readonly users: readonly number[];
}

const SAVE_EVERY_MS = 30_000;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export class PushNotifier implements AsyncDisposable {
  readonly #options: PushNotifierOptions;
  readonly #queues = new Map<number, PushQueue>();
  readonly #tasks: Task[] = [];
  #working: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  #closed = false;
  /** what was missed before the start is in the queues */
  #caughtUp = false;

  constructor(options: PushNotifierOptions) {
    this.#options = options;
    options.engine.onCommit((commit) => this.#take(commit));
    options.pushers.onGone((pusher) => {
      this.#queues.get(pusher.id)?.end();
      this.#queues.delete(pusher.id);
    });
    this.#timer = setInterval(() => void this.#save().catch(options.onError), SAVE_EVERY_MS).unref();
    void this.#catchUp(options.positions.watermark).catch(options.onError);
  }

  /** A user has read something. */
  read(userNid: number): void {
    for (const pusher of this.#options.pushers.of(userNid)) this.#queueOf(pusher).addCounts(this.#options.positions.watermark);
  }

  /** A user was invited to a room that this server is not in; `shown` is stripped state. */
  async invited(invite: RoomEvent, shown: readonly JsonObject[]): Promise<void> {
    const { engine, pushers, evaluator, positions } = this.#options;
    const userNid = await engine.strings.id(invite.stateKey!);
    if (pushers.of(userNid).length === 0) return;
    const verdict = await evaluator.ofInvite(userNid, invite);
    if (!verdict.notify) return;
    const told = (type: string, stateKey: string): JsonObject => {
      const found = shown.find((event) => event['type'] === type && event['state_key'] === stateKey)?.['content'];
      return isJsonObject(found) ? found : {};
    };
    const notice: EventNotice = {
      eventId: invite.eventId,
      roomId: invite.roomId,
      type: invite.type,
      sender: invite.sender,
      senderDisplayName: textOf(told('m.room.member', invite.sender)['displayname']),
      roomName: textOf(told('m.room.name', '')['name']),
      roomAlias: textOf(told('m.room.canonical_alias', '')['alias']),
      userIsTarget: true,
      content: invite.content,
      actions: verdict.actions,
    };
    for (const pusher of pushers.of(userNid)) this.#queueOf(pusher).add(positions.watermark, notice);
  }

  #take({ room, stored, members }: RoomCommit): void {
    const { pushers } = this.#options;
    if (pushers.userCount === 0 || stored.isHidden) return;
    const users: number[] = [];
    // Whichever are fewer: those with pushers, or those in the room.
    if (pushers.userCount < room.joinedCount) {
      for (const userNid of pushers.users()) if (room.isJoined(userNid)) users.push(userNid);
    } else {
      for (const { userNid, membership } of room.members.values()) if (membership === JOIN && pushers.of(userNid).length > 0) users.push(userNid);
    }
    for (const { after } of members) if (after.membership === INVITE && pushers.of(after.userNid).length > 0) users.push(after.userNid);
    const others = users.filter((userNid) => userNid !== stored.senderNid);
    if (others.length > 0) this.#put({ room, stored, users: others });
  }

  #put(task: Task): void {
    this.#tasks.push(task);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  async #work(): Promise<void> {
    for (let task = this.#tasks.shift(); task && !this.#closed; task = this.#tasks.shift()) {
      for (const userNid of task.users) await this.#tell(task.room, task.stored, userNid).catch(this.#options.onError);
    }
  }

  async #tell(room: Room, stored: StoredEvent, userNid: number): Promise<void> {
    const { pushers, evaluator } = this.#options;
    if (stored.redactedBy !== undefined) return;
    const verdict = (await evaluator.of(userNid, room))(stored);
    if (!verdict.notify) return;
    const notice = await this.#notice(room, stored, userNid, verdict.actions);
    for (const pusher of pushers.of(userNid)) this.#queueOf(pusher).add(stored.pos!, notice);
  }

  async #notice(room: Room, stored: StoredEvent, userNid: number, actions: readonly unknown[]): Promise<EventNotice> {
    const { engine } = this.#options;
    const { event } = stored;
    const [sender, name, alias, userId] = await Promise.all([
      engine.stateEvent(room, 'm.room.member', event.sender),
      engine.stateEvent(room, 'm.room.name', ''),
      engine.stateEvent(room, 'm.room.canonical_alias', ''),
      engine.strings.text(userNid),
    ]);
    return {
      eventId: event.eventId,
      roomId: event.roomId,
      type: event.type,
      sender: event.sender,
      senderDisplayName: textOf(sender?.content['displayname']),
      roomName: textOf(name?.content['name']),
      roomAlias: textOf(alias?.content['alias']),
      userIsTarget: event.type === 'm.room.member' && event.stateKey === userId,
      content: stored.content,
      actions,
    };
  }

  #queueOf(pusher: Pusher): PushQueue {
    let queue = this.#queues.get(pusher.id);
    if (!queue) {
      const { gateway, clock, log, limits, pushers } = this.#options;
      queue = new PushQueue({
        gateway,
        clock,
        log,
        limits,
        unread: (userNid) => this.#unread(userNid),
        current: () => pushers.find(pusher.id, pusher.userNid),
        onRejected: (rejected) => pushers.delete(rejected),
      });
      this.#queues.set(pusher.id, queue);
    }
    return queue;
  }

  async #unread(userNid: number): Promise<number> {
    const { hub, unread } = this.#options;
    const joined = [...(await hub.user(userNid)).rooms.values()].filter(({ membership }) => membership === JOIN).map(({ roomNid }) => roomNid);
    let total = 0;
    for (const { notifications, threads } of (await unread.counts(userNid, joined)).values()) {
      total += notifications;
      for (const thread of threads.values()) total += thread.notifications;
    }
    return total;
  }

  async #catchUp(upto: number): Promise<void> {
    const { engine, pushers, clock, limits } = this.#options;
    const rows = await pushers.table.untold(upto, clock.now() - limits.giveUpMs);
    const events = await engine.events.byNids(rows.map((row) => row.nid));
    for (const { user_nid: userNid, nid } of rows) {
      const stored = events.get(nid);
      const room = stored && (await engine.byNid(stored.roomNid));
      if (room && !stored.isHidden && stored.senderNid !== userNid && room.isJoined(userNid)) this.#put({ room, stored, users: [userNid] });
    }
    this.#caughtUp = true;
  }

  async #save(): Promise<void> {
    await this.#options.pushers.table.setTold(this.#told());
  }

  /** How far each pusher was told. */
  #told(): Map<number, number> {
    const { pushers, positions } = this.#options;
    if (!this.#caughtUp) return new Map();
    const { watermark } = positions;
    const open = this.#tasks[0]?.stored.pos ?? watermark + 1;
    const told = new Map<number, number>();
    for (const userNid of pushers.users()) {
      for (const { id } of pushers.of(userNid)) told.set(id, Math.min(watermark, open - 1, (this.#queues.get(id)?.oldest ?? watermark + 1) - 1));
    }
    return told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const told = this.#told();
    for (const queue of this.#queues.values()) queue.end();
    await this.#working;
    await this.#options.pushers.table.setTold(told).catch(this.#options.onError);
  }
}
