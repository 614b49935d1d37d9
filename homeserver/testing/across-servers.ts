/** What tests with several servers do and see, through the client API of whatever server a user is on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeedClient } from './seed-client.ts';
import type { Direction, Side } from './synapse-pair.ts';

const PATIENCE_MS = 15_000;
const POLL_MS = 30;

/** Looks again and again until something is there; that. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, patienceMs = PATIENCE_MS): Promise<T> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(POLL_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`Not seen within ${patienceMs / 1000} s: ${what}`);
}

const inRoom = (roomId: string, path: string): string => `/rooms/${encodeURIComponent(roomId)}/${path}`;

/** Joins by id or alias; `via` are servers to ask. */
export async function joinVia(user: SeedClient, room: string, via: readonly Side[], body: object = {}): Promise<string> {
  const query = via.map(({ name }) => `via=${encodeURIComponent(name)}&server_name=${encodeURIComponent(name)}`).join('&');
  return (await user.ok('POST', `/join/${encodeURIComponent(room)}?${query}`, body)).room_id;
}

export async function knockAt(user: SeedClient, room: string, via: readonly Side[], reason?: string): Promise<void> {
  const query = via.map(({ name }) => `via=${encodeURIComponent(name)}&server_name=${encodeURIComponent(name)}`).join('&');
  await user.ok('POST', `/knock/${encodeURIComponent(room)}?${query}`, reason === undefined ? {} : { reason });
}

export async function leave(user: SeedClient, roomId: string): Promise<void> {
  await user.ok('POST', inRoom(roomId, 'leave'), {});
}

export type Removal = 'kick' | 'ban' | 'unban';

/** Kicks, bans or unbans. */
export async function moderate(moderator: SeedClient, action: Removal, roomId: string, user: SeedClient): Promise<void> {
  await moderator.ok('POST', inRoom(roomId, action), { user_id: user.userId, reason: `${action} in a test` });
}

export async function redact(user: SeedClient, roomId: string, eventId: string): Promise<string> {
  const path = inRoom(roomId, `redact/${encodeURIComponent(eventId)}/r${performance.now()}`);
  return (await user.ok('PUT', path, { reason: 'a mistake' })).event_id;
}

/** The content of a state event; undefined if there is none, or the user may not see it. */
export async function stateOf(user: SeedClient, roomId: string, type: string, stateKey = ''): Promise<any> {
  const { status, body } = await user.request('GET', inRoom(roomId, `state/${type}/${encodeURIComponent(stateKey)}`));
  return status === 200 ? body : undefined;
}

/** Waits until the user's server has an event; that event. */
export async function sees(user: SeedClient, roomId: string, eventId: string, patienceMs?: number): Promise<any> {
  const look = async (): Promise<any> => {
    const { status, body } = await user.request('GET', inRoom(roomId, `event/${encodeURIComponent(eventId)}`));
    return status === 200 && body;
  };
  return eventually(`${eventId} by ${user.userId}`, look, patienceMs);
}

export async function seesState(user: SeedClient, roomId: string, type: string, passes: (content: any) => boolean, stateKey = ''): Promise<any> {
  return eventually(`${type} of ${roomId} by ${user.userId}`, async () => {
    const content = await stateOf(user, roomId, type, stateKey);
    return content !== undefined && passes(content) && content;
  });
}

/** Waits until somebody's membership is that; the content of the event. */
export async function seesMember(user: SeedClient, roomId: string, member: SeedClient, membership: string): Promise<any> {
  return seesState(user, roomId, 'm.room.member', (content) => content.membership === membership, member.userId);
}

/** Waits until a sync has the user invited to a room; the invite's stripped state. */
export async function seesInvite(user: SeedClient, roomId: string): Promise<any[]> {
  return eventually(`an invite to ${roomId} by ${user.userId}`, async () => (await user.sync()).rooms?.invite?.[roomId]?.invite_state.events);
}

/** All state of a room as another server should have it too: type, key and event id, sorted. */
export async function wholeState(user: SeedClient, roomId: string): Promise<string[]> {
  const events = await user.ok('GET', inRoom(roomId, 'state'));
  return events.map((event: any) => `${event.type} ${event.state_key} ${event.event_id}`).sort();
}

/** Waits until both see the same state; that. */
export async function agree(one: SeedClient, other: SeedClient, roomId: string, patienceMs?: number): Promise<string[]> {
  return eventually(
    `${one.userId} and ${other.userId} agree on ${roomId}`,
    async () => {
      const [here, there] = await Promise.all([wholeState(one, roomId), wholeState(other, roomId)]);
      return here.join() === there.join() && here;
    },
    patienceMs,
  );
}

/** All events from the newest, or from a token on, to the oldest, by pages. */
export async function history(user: SeedClient, roomId: string, limit = 100, start?: string): Promise<any[]> {
  const events: any[] = [];
  for (let from = start, first = true; first || from !== undefined; first = false) {
    const page = await user.ok(
      'GET',
      inRoom(roomId, `messages?dir=b&limit=${limit}${from === undefined ? '' : `&from=${encodeURIComponent(from)}`}`),
    );
    events.push(...page.chunk);
    from = page.end;
  }
  return events;
}

export interface RoomOfTwo {
  readonly roomId: string;
  /** of the host's server, made the room */
  readonly alice: SeedClient;
  /** of the guest's server */
  readonly bob: SeedClient;
}

/**
 * A room of the host that somebody of the guest has joined, and whose state both know: Synapse fetches the rest of it after
 * the join, and never gets it if its user is removed meanwhile.
 */
export async function roomOfTwo({ host, guest }: Direction, options: object = {}): Promise<RoomOfTwo> {
  const [alice, bob] = await Promise.all([host.user('alice'), guest.user('bob')]);
  const roomId = await alice.createRoom({ preset: 'public_chat', ...options });
  await joinVia(bob, roomId, [host]);
  await agree(alice, bob, roomId);
  return { roomId, alice, bob };
}
