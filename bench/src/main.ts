/** `npm run bench`: measures our server, or any homeserver by its address, beside what the machine can do at best. */
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { machine, medians, table } from './report.ts';
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import { externalTarget } from './targets/external.ts';
import { OwnServer } from './targets/own-server.ts';
import { findSynapseServer } from './targets/synapse-server.ts';
import type { FederatedTarget, Target } from './targets/target.ts';
import { besideSynapse } from './workloads/beside-synapse.ts';
import { bigJoin } from './workloads/big-join.ts';
import { fanOut } from './workloads/fan-out.ts';
import { federatedEvents } from './workloads/federated-events.ts';
import { incrementalSync } from './workloads/incremental-sync.ts';
import { memory } from './workloads/memory.ts';
import { resolveConflicts } from './workloads/resolve-conflicts.ts';
import { sendManyRooms, sendOneRoom } from './workloads/send.ts';
import { startTimes } from './workloads/start.ts';
import type { FederatedWorkload, Figure, Workload } from './workloads/workload.ts';

const WORKLOADS: Readonly<Record<string, Workload>> = {
  '1a': sendOneRoom,
  '1b': sendManyRooms,
  '2': fanOut,
  '3a': incrementalSync('3a', 50),
  '3b': incrementalSync('3b', 2_000),
  '9': memory,
};
const FEDERATED: Readonly<Record<string, FederatedWorkload>> = { '6a': federatedEvents, '6b': bigJoin };
const ALL = [...Object.keys(WORKLOADS), ...Object.keys(FEDERATED), '7', '11'];

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0.');
  return value;
};
const names = (text: string): string[] => {
  const wanted = text.split(',').map((name) => name.trim());
  for (const name of wanted) if (!ALL.includes(name)) throw new InvalidArgumentError(`the workloads are ${ALL.join(', ')}.`);
  return wanted;
};

const options = new Command('bench')
  .option('--only <names>', `workloads, of ${ALL.join(', ')}`, names, ALL)
  .option('--url <url>', 'a homeserver that is running; without it ours is started')
  .option('--registration-secret <secret>', "register by Synapse's shared secret (/_synapse/admin/v1/register)")
  .addOption(new Option('--synapse <python>', 'a Python that has Synapse, which is measured too').env('NEXUS_SYNAPSE_PYTHON'))
  .option('--pid <pid>', 'process id of the homeserver at --url, for its memory', positive)
  .option('--seconds <n>', 'length of each measurement', positive, 10)
  .option('--at-once <n>', 'operations at once in 1a and 3', positive, 16)
  .option('--runs <n>', 'how often each workload is run; the table has the medians', positive, 1)
  .option('--synchronous-commit <on|off>', 'of the database of our server and of Synapse', 'on')
  .option('--json <file>', 'also write the figures to this file')
  .parse()
  .opts<{
    only: string[];
    url?: string;
    registrationSecret?: string;
    synapse?: string;
    pid?: number;
    seconds: number;
    atOnce: number;
    runs: number;
    synchronousCommit: string;
    json?: string;
  }>();

/** Each workload gets a server of its own, so that none finds the rooms of another. */
const OWN_SETTINGS: Record<string, string> = options.synchronousCommit === 'off' ? { NEXUS_SYNCHRONOUS_COMMIT: 'off' } : {};

async function newTarget(): Promise<Target> {
  if (options.url !== undefined) return externalTarget({ url: options.url, sharedSecret: options.registrationSecret, pid: options.pid });
  const server = await OwnServer.create(OWN_SETTINGS);
  await server.start();
  return server;
}

async function newFederated(files: CertificateFiles): Promise<FederatedTarget> {
  const server = await OwnServer.createFederated(files, OWN_SETTINGS);
  await server.start();
  return server;
}

async function measure(name: string): Promise<Figure[]> {
  if (name === '11') {
    if (options.url === undefined) return startTimes();
    process.stdout.write('11 is skipped: this program does not start the server at --url\n');
    return [];
  }
  if (name === '9' && options.url !== undefined && options.pid === undefined) {
    process.stdout.write('9 is skipped: memory takes --pid\n');
    return [];
  }
  if (name === '7') return resolveConflicts(synapse && options.synapse);
  if (FEDERATED[name]) {
    if (options.url === undefined) return compared(await FEDERATED[name](newFederated, options), { federated: FEDERATED[name] });
    process.stdout.write(`${name} is skipped: the servers at both ends are started by this program\n`);
    return [];
  }
  return compared(await measureAlone(WORKLOADS[name]!), { workload: WORKLOADS[name]! });
}

async function measureAlone(workload: Workload): Promise<Figure[]> {
  await using target = await newTarget();
  return await workload(target, options); // before the target is stopped
}

async function compared(figures: Figure[], run: { workload?: Workload; federated?: FederatedWorkload }): Promise<Figure[]> {
  return synapse ? besideSynapse(figures, synapse, { ...run, options }) : figures;
}

const synapse =
  options.synapse === undefined
    ? undefined
    : await findSynapseServer({ python: options.synapse, synchronousCommit: options.synchronousCommit !== 'off' });

process.stdout.write(`${machine()}\nnode bench/src/main.ts ${process.argv.slice(2).join(' ')}\n`);
const figures: Figure[] = [];
for (const name of options.only) {
  const runs: Figure[][] = [];
  for (let run = 0; run < options.runs; run++) runs.push(await measure(name));
  figures.push(...medians(runs));
  process.stdout.write(`${name} done\n`);
}
const peer = synapse && `Synapse ${synapse.version}`;
process.stdout.write(`\n${table(options.url ?? 'NexusComm', figures, peer)}\n`);
if (synapse) process.stdout.write(`${peer}: ${synapse.means}\n`);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ machine: machine(), options, figures }, undefined, 2)}\n`);
process.exit(0);
