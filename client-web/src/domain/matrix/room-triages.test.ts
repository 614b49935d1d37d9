import { beforeEach, describe, expect, test } from '@jest/globals';
import type { MatrixClient } from 'matrix-js-sdk';
import { withThread, type RoomTriage } from '../inbox/triage.ts';
import { RoomTriages } from './room-triages.ts';

const ROOM = '!room:a.example';
const done = (ts: number) => ({ state: 'done', eventId: `$${ts}`, ts }) as const;
const doneThread =
  (rootId: string, ts: number) =>
  (before: RoomTriage): RoomTriage =>
    withThread(before, rootId, (thread) => ({ ...thread, triage: done(ts) }), ts);

/** Account data of one room at a server: devices have it once they have synced. */
class Server {
  content: Record<string, unknown> | undefined;
  refuses = false;

  device(): { readonly triages: RoomTriages; readonly sync: () => void; readonly told: string[] } {
    let seen: Record<string, unknown> | undefined;
    const client = {
      getRoom: () => ({ getAccountData: () => seen && { getContent: () => seen } }),
      setRoomAccountData: async (_roomId: string, _type: string, content: Record<string, unknown>) => {
        await Promise.resolve();
        if (this.refuses) throw new Error('refused');
        this.content = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
      },
    };
    const triages = new RoomTriages(client as unknown as MatrixClient);
    const told: string[] = [];
    triages.onChange = (roomId) => told.push(roomId);
    return {
      triages,
      told,
      sync: () => {
        seen = this.content;
      },
    };
  }
}

describe('triage of a room and its threads', () => {
  let server: Server;
  beforeEach(() => {
    server = new Server();
  });
  const threadsOf = (triages: RoomTriages): string[] => [...triages.of(ROOM).threads.keys()].toSorted();

  test('is seen at once, and stays while it is on its way', async () => {
    const { triages, sync, told } = server.device();
    const changing = triages.change(ROOM, doneThread('$a', 1));
    expect(threadsOf(triages)).toEqual(['$a']);
    expect(told).toEqual([ROOM]);
    await changing;
    expect(threadsOf(triages)).toEqual(['$a']);
    sync();
    expect(triages.of(ROOM).threads.get('$a')?.triage).toEqual(done(1));
  });

  test('two changes before either has come back are both kept', async () => {
    const { triages, sync } = server.device();
    await Promise.all([
      triages.change(ROOM, doneThread('$a', 1)),
      triages.change(ROOM, doneThread('$b', 2)),
      triages.change(ROOM, (before) => ({ ...before, triage: done(3) })),
    ]);
    sync();
    expect(threadsOf(triages)).toEqual(['$a', '$b']);
    expect(triages.of(ROOM).triage).toEqual(done(3));
  });

  test('the first of two that comes back late does not take the second away', async () => {
    const { triages, sync } = server.device();
    await triages.change(ROOM, doneThread('$a', 1));
    const first = server.content;
    await triages.change(ROOM, doneThread('$b', 2));
    const second = server.content;
    server.content = first;
    sync();
    expect(threadsOf(triages)).toEqual(['$a', '$b']);
    server.content = second;
    sync();
    expect(threadsOf(triages)).toEqual(['$a', '$b']);
  });

  test('what the server refuses is taken back', async () => {
    const { triages, told } = server.device();
    server.refuses = true;
    await expect(triages.change(ROOM, doneThread('$a', 1))).rejects.toThrow('refused');
    expect(threadsOf(triages)).toEqual([]);
    expect(told).toEqual([ROOM, ROOM]);
  });

  test('devices that have synced say the same', async () => {
    const desk = server.device();
    const phone = server.device();
    await desk.triages.change(ROOM, doneThread('$a', 1));
    phone.sync();
    await phone.triages.change(ROOM, doneThread('$b', 2));
    await phone.triages.change(ROOM, doneThread('$a', 5));
    for (const device of [desk, phone]) device.sync();
    expect(threadsOf(phone.triages)).toEqual(['$a', '$b']);
    expect(phone.triages.of(ROOM)).toEqual(desk.triages.of(ROOM));
  });
});
