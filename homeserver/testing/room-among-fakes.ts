/** A user of a real server in a room with one that is not, for tests of what that one may send. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { startAmongFakes, type ServerAmongFakes } from './fake-network.ts';
import type { FakeRemoteServer } from './fake-remote-server.ts';
import { FakeRoom } from './fake-room.ts';
import type { SeedClient } from './seed-client.ts';

export interface RoomAmongFakes {
  readonly server: ServerAmongFakes['server'];
  readonly fake: FakeRemoteServer;
  readonly alice: SeedClient;
  /** of this test */
  readonly room: FakeRoom;
  /** The status with which the server shows alice an event of the room. */
  readonly seen: (eventId: string) => Promise<number>;
}

/** Set up before the tests, with a new room for each; `settings` are the server's. */
export function useRoomAmongFakes(settings: Record<string, string>): RoomAmongFakes {
  let network: ServerAmongFakes;
  let alice: SeedClient;
  let room: FakeRoom;
  const fake = (): FakeRemoteServer => network.fakes[0]!;
  beforeAll(async () => {
    network = await startAmongFakes(1, settings);
    alice = await network.server.user('alice');
  }, 60_000);
  beforeEach(async () => {
    fake().forgetScripts();
    room = await FakeRoom.join(fake(), network.server, await alice.createRoom({ preset: 'public_chat', room_version: '11' }));
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
  });
  return {
    get server() {
      return network.server;
    },
    get fake() {
      return fake();
    },
    get alice() {
      return alice;
    },
    get room() {
      return room;
    },
    seen: async (eventId) => (await alice.request('GET', `/rooms/${encodeURIComponent(room.roomId)}/event/${encodeURIComponent(eventId)}`)).status,
  };
}
