/** 1a: send into one room. 1b: send into 500 rooms by 64 senders. */
import { bareHttp, bareInsert } from '../floors.ts';
import { MatrixUser, inBatches } from '../load/matrix-user.ts';
import { runLoad, type LoadResult } from '../load/run-load.ts';
import { verify, type Figure, type Options, type Workload } from './workload.ts';

const SET_UP_AT_ONCE = 8;
const SENT_ANSWER_BYTES = 60;
const VERIFIED = 500;

async function floors({ atOnce, seconds }: Options): Promise<{ http: LoadResult; insert: LoadResult }> {
  const http = await bareHttp({ method: 'PUT', answerBytes: SENT_ANSWER_BYTES, atOnce, seconds });
  const insert = await bareInsert({ atOnce, seconds });
  return { http, insert };
}

function figures(workload: string, result: LoadResult, floor: { http: LoadResult; insert: LoadResult }): Figure[] {
  const { generatorCpu } = result;
  return [
    { workload, what: 'events sent', value: result.rate, unit: '/s', floor: { value: floor.http.rate, of: 'bare node:http' }, generatorCpu },
    { workload, what: 'events sent', value: result.rate, unit: '/s', floor: { value: floor.insert.rate, of: 'bare INSERT' }, generatorCpu },
    { workload, what: 'time to send, p50', value: result.times.p50, unit: 'ms', floor: { value: floor.insert.times.p50, of: 'bare INSERT' } },
    { workload, what: 'time to send, p99', value: result.times.p99, unit: 'ms', floor: { value: floor.insert.times.p99, of: 'bare INSERT' } },
  ];
}

/** The newest messages of a room are those that were sent last, each once. */
async function verifyRoom(reader: MatrixUser, roomId: string, sent: readonly string[]): Promise<void> {
  const last = new Set(sent.slice(-VERIFIED));
  const page = await reader.messages(roomId, last.size + 50);
  const found = (page['chunk'] as { event_id: string }[]).map((event) => event.event_id).filter((id) => last.has(id));
  verify(new Set(found).size === found.length, 'an event appears twice');
  verify(found.length >= Math.min(last.size, (page['chunk'] as unknown[]).length - 20), 'events that were confirmed are missing');
}

export const sendOneRoom: Workload = async (target, options) => {
  const senders = await inBatches(options.atOnce, SET_UP_AT_ONCE, () => MatrixUser.register(target.pool, target.accounts));
  const roomId = await senders[0]!.createRoom();
  for (const sender of senders.slice(1)) await sender.join(roomId);
  const sent: string[] = [];
  const result = await runLoad({
    ...options,
    operation: async (lane) => void sent.push(await senders[lane]!.send(roomId, `message ${sent.length}`)),
  });
  await verifyRoom(senders[0]!, roomId, sent);
  return figures('1a', result, await floors(options));
};

const ROOMS = 500;
const SENDERS = 64;

export const sendManyRooms: Workload = async (target, options) => {
  const senders = await inBatches(SENDERS, SET_UP_AT_ONCE, () => MatrixUser.register(target.pool, target.accounts));
  const rooms = await inBatches(ROOMS, SET_UP_AT_ONCE, async (i) => {
    const sender = senders[i % SENDERS]!;
    return { sender, roomId: await sender.createRoom(), sent: [] as string[] };
  });
  let next = 0;
  const result = await runLoad({
    seconds: options.seconds,
    atOnce: SENDERS,
    operation: async (lane) => {
      // A lane is a sender, who goes round their own rooms.
      const own = Math.floor(next++ / SENDERS) % Math.floor(ROOMS / SENDERS);
      const room = rooms[own * SENDERS + lane]!;
      room.sent.push(await room.sender.send(room.roomId, `message ${next}`));
    },
  });
  for (const room of rooms.slice(0, 20)) await verifyRoom(room.sender, room.roomId, room.sent);
  return figures('1b', result, await floors({ ...options, atOnce: SENDERS }));
};
