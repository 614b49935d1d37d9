/** 9: memory when idle, and with 10,000 syncs that wait. */
import { readFile, readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MatrixUser } from '../load/matrix-user.ts';
import { verify, type Figure, type Workload } from './workload.ts';

const SYNCS = 10_000;
const CONNECTING_AT_ONCE = 200;
const SETTLE_MS = 10_000;

export const memory: Workload = async (target) => {
  if (target.pid === undefined) throw new Error('memory is measured where the process id is known: give it with --pid');
  const { pid, databasePid } = target;
  await sleep(SETTLE_MS);
  const figures: Figure[] = [{ workload: '9', what: 'idle, the server alone', value: await residentMegabytes(pid), unit: 'MB' }];
  if (databasePid !== undefined) figures.push({ workload: '9', what: 'idle, its database', value: await familyMegabytes(databasePid), unit: 'MB' });

  const user = await MatrixUser.register(target.pool, target.accounts);
  const { next_batch: since } = await user.sync('set_presence=offline');
  const { hostname, port } = new URL(target.url);
  const sockets: Socket[] = [];
  let answered = 0;
  for (let i = 0; i < SYNCS; i += CONNECTING_AT_ONCE) {
    await Promise.all(
      Array.from({ length: CONNECTING_AT_ONCE }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on('data', () => answered++).on('error', () => {});
        await once(socket, 'connect');
        sockets.push(socket);
        socket.write(
          `GET /_matrix/client/v3/sync?since=${since}&timeout=120000&set_presence=offline HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${user.authorization}\r\n\r\n`,
        );
      }),
    );
  }
  await sleep(SETTLE_MS);
  verify(answered === 0, 'the syncs did not wait');
  figures.push({ workload: '9', what: `${SYNCS} waiting syncs, the server alone`, value: await residentMegabytes(pid), unit: 'MB' });
  for (const socket of sockets) socket.destroy();
  return figures;
};

/** Resident memory of a process (Linux). */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** Of a process and its children, shared memory counted once (proportional set size). */
async function familyMegabytes(pid: number): Promise<number> {
  let total = 0;
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number(name) !== pid && parent !== pid) continue;
    const rollup = await readFile(`/proc/${name}/smaps_rollup`, 'utf8').catch(() => '');
    total += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  }
  return total;
}
