/** 3a and 3b: incremental sync of an account with 50 or 2,000 rooms, one of which has a new message. */
import { bareHttp } from '../floors.ts';
import { MatrixUser, inBatches } from '../load/matrix-user.ts';
import { runLoad } from '../load/run-load.ts';
import { verify, type Workload } from './workload.ts';

const SET_UP_AT_ONCE = 8;
/** Syncs from one token, before the next message is sent. */
const SYNCS_PER_MESSAGE = 200;

export const incrementalSync =
  (workload: string, roomCount: number): Workload =>
  async (target, options) => {
    const [reader, writer] = [await MatrixUser.register(target.pool, target.accounts), await MatrixUser.register(target.pool, target.accounts)];
    const rooms = await inBatches(roomCount, SET_UP_AT_ONCE, async () => {
      const roomId = await writer.createRoom();
      await reader.join(roomId);
      return roomId;
    });
    const quiet = 'set_presence=offline&timeout=0';
    let { next_batch: since } = await reader.sync(quiet);
    let expected = '';
    let bytes = 0;
    let left = 0;
    let changing: Promise<void> | undefined;
    const change = async (): Promise<void> => {
      since = (await reader.sync(`${quiet}&since=${since}`))['next_batch'];
      expected = await writer.send(rooms[Math.floor(Math.random() * rooms.length)]!, 'news');
      left = SYNCS_PER_MESSAGE;
    };
    await change();
    const result = await runLoad({
      ...options,
      operation: async () => {
        if (left-- <= 0) {
          changing ??= change().finally(() => (changing = undefined));
          await changing;
        }
        const [from, event] = [since, expected];
        const text = await reader.syncText(`${quiet}&since=${from}`);
        verify(text.includes(event), `a sync lacks the new event ${event}`);
        bytes = text.length;
      },
    });
    const floor = await bareHttp({ method: 'GET', answerBytes: bytes, ...options });
    return [
      {
        workload,
        what: `syncs, ${roomCount} rooms`,
        value: result.rate,
        unit: '/s',
        floor: { value: floor.rate, of: `bare node:http, ${bytes} bytes` },
        generatorCpu: result.generatorCpu,
      },
      {
        workload,
        what: `sync, ${roomCount} rooms, p99`,
        value: result.times.p99,
        unit: 'ms',
        floor: { value: floor.times.p99, of: 'bare node:http' },
      },
    ];
  };
