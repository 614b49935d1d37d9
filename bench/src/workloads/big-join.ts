/** 6b: joins a room of 20,000 members that other servers hold, while other users sync and send as fast as answers come. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startResidentServer } from '../federation/resident-server.ts';
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import { MatrixUser } from '../load/matrix-user.ts';
import { distribution } from '../load/percentiles.ts';
import type { FederatedTarget } from '../targets/target.ts';
import { verify, type Figure, type FederatedWorkload } from './workload.ts';

const MEMBERS = 20_000;
/** Of a message of others, until their sync has it. */
const PATIENCE_MS = 120_000;
/** What the join sets off (device lists, presence, first syncs) is measured too. */
const AFTER_MS = 5_000;
const MEMORY_EVERY_MS = 50;

export const bigJoin: FederatedWorkload = async (start) => {
  await using files = await makeCertificates();
  await using resident = await startResidentServer(MEMBERS, files.authority);
  await using target = await start(files);
  const joiner = await MatrixUser.register(target.pool, target.accounts);
  const other = await MatrixUser.register(target.pool, target.accounts);
  const otherRoom = await other.createRoom();
  await warmUp(other, otherRoom);
  await longestStall(target); // begins anew with each look
  const waitedBefore = await waitedForCore(target);
  const meanwhile = watch(target, other, otherRoom);
  const begun = performance.now();
  await joiner.join(resident.roomId, resident.via);
  const seconds = (performance.now() - begun) / 1000;
  const first = await joiner.sync('set_presence=offline');
  const members = await joiner.members(resident.roomId);
  verify(
    members.length === MEMBERS + 1 && members.includes(resident.aMember) && members.includes(joiner.userId),
    `${members.length} members after the join`,
  );
  verify(resident.roomId in ((first['rooms'] as { join: object }).join ?? {}), 'the room is not in the first sync');
  await joiner.send(resident.roomId, 'after the join');
  await sleep(AFTER_MS);
  const { times, peak, sent } = await meanwhile.end();
  verify(sent > 0, 'nobody else was answered');
  const { p50, p99 } = distribution(times);
  const stall = await longestStall(target);
  const waited = (await waitedForCore(target)) - waitedBefore;
  const elapsed = performance.now() - begun;
  const figures: Figure[] = [
    { workload: '6b', what: `join to ${MEMBERS} members`, value: seconds, unit: 's' },
    { workload: '6b', what: 'others meanwhile, p50', value: p50, unit: 'ms' },
    { workload: '6b', what: 'others meanwhile, p99', value: p99, unit: 'ms' },
    { workload: '6b', what: 'others meanwhile, longest', value: times.reduce((most, one) => Math.max(most, one), 0), unit: 'ms' },
  ];
  if (stall !== undefined) figures.push({ workload: '6b', what: 'longest event loop stall', value: stall, unit: 'ms' });
  // Of a crowded machine: what the server could do nothing about.
  if (waited > 0) figures.push({ workload: '6b', what: 'the event loop waited for a core', value: (100 * waited) / elapsed, unit: '%' });
  if (target.pid !== undefined) figures.push({ workload: '6b', what: 'peak memory, the server alone', value: peak, unit: 'MB' });
  return figures;
};

async function warmUp(user: MatrixUser, roomId: string): Promise<void> {
  for (let i = 0; i < 200; i++) await user.send(roomId, `warm-up ${i}`);
  for (let i = 0; i < 50; i++) await user.sync('set_presence=offline');
}

interface Watch {
  end(): Promise<{ times: number[]; peak: number; sent: number }>;
}

/** A user who sends, and syncs until that has come, as fast as answers come; the time of each. */
function watch(target: FederatedTarget, user: MatrixUser, roomId: string): Watch {
  const times: number[] = [];
  let [sent, peak] = [0, 0];
  const end = new AbortController();
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    times.push(performance.now() - started);
    return result;
  };
  const messaging = async (): Promise<void> => {
    let since = (await user.sync('set_presence=offline'))['next_batch'] as string;
    while (!end.signal.aborted) {
      const eventId = await timed(() => user.send(roomId, `meanwhile ${sent++}`));
      const deadline = performance.now() + PATIENCE_MS;
      await timed(async () => {
        for (let came = false; !came;) {
          const told = await user.sync(`since=${since}&timeout=10000&set_presence=offline`);
          since = told['next_batch'] as string;
          const events = (told['rooms']?.join?.[roomId]?.timeline.events ?? []) as { event_id: string }[];
          came = events.some((event) => event.event_id === eventId);
          verify(came || performance.now() < deadline, 'no sync brought the message sent before it');
        }
      });
    }
  };
  const remembering = async (): Promise<void> => {
    while (target.pid !== undefined && !end.signal.aborted) {
      const status = await readFile(`/proc/${target.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
      await sleep(MEMORY_EVERY_MS);
    }
  };
  const all = Promise.all([messaging(), remembering()]);
  all.catch(() => {}); // reported by end()
  return {
    end: async () => {
      end.abort();
      await all;
      return { times, peak, sent };
    },
  };
}

/** Of our servers: since the last look, ms. */
async function longestStall(target: FederatedTarget): Promise<number | undefined> {
  const { statusCode, body } = await target.pool.request({ method: 'GET', path: '/metrics' });
  const text = await body.text();
  const found = statusCode === 200 ? /^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text) : undefined;
  return found ? Number(found[1]) * 1000 : undefined;
}

/** ms that the server's first thread was ready to run and no core was free (Linux). */
async function waitedForCore(target: FederatedTarget): Promise<number> {
  const stat = await readFile(`/proc/${target.pid}/schedstat`, 'utf8').catch(() => '');
  return Number(stat.split(' ')[1] ?? 0) / 1e6;
}
