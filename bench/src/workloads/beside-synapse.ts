/** Runs a workload with Synapse, after it ran with our server, and puts both figures side by side. */
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import type { InstalledSynapse } from '../targets/synapse-server.ts';
import type { FederatedTarget } from '../targets/target.ts';
import type { FederatedWorkload, Figure, Options, PeerValue, StartFederated, Workload } from './workload.ts';

/** A workload that Synapse has not done after so long is given up. */
const LIMIT_MS = 15 * 60_000;

export async function besideSynapse(
  ours: readonly Figure[],
  synapse: InstalledSynapse,
  { workload, federated, options }: { workload?: Workload | undefined; federated?: FederatedWorkload | undefined; options: Options },
): Promise<Figure[]> {
  const started: FederatedTarget[] = [];
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    for (const target of started) void target.pool.destroy(); // its requests fail, and so the workload ends
  }, LIMIT_MS);
  const start: StartFederated = async (files) => {
    const target = await synapse.start(files);
    started.push(target);
    return target;
  };
  try {
    const theirs = federated ? await federated(start, options) : await alone(start, workload!, options);
    return ours.map((figure) => ({ ...figure, peer: sameOf(figure, theirs) }));
  } catch (error) {
    const missing = overdue ? `not done after ${LIMIT_MS / 60_000} minutes` : String(error);
    process.stdout.write(`${ours[0]?.workload ?? ''} with Synapse: ${missing}\n`);
    return ours.map((figure) => ({ ...figure, peer: { missing } }));
  } finally {
    clearTimeout(timer);
  }
}

async function alone(start: StartFederated, workload: Workload, options: Options): Promise<Figure[]> {
  await using files = await makeCertificates();
  await using target = await start(files);
  return await workload(target, options);
}

function sameOf({ what }: Figure, theirs: readonly Figure[]): PeerValue {
  const found = theirs.find((figure) => figure.what === what);
  return found ? { value: found.value } : { missing: 'not told by Synapse' };
}
