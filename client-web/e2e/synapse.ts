/** A real Synapse beside our servers, as the tests of the client know homeservers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import { Synapse } from '@nexuscomm/homeserver/testing/synapse.ts';
import type { Homeserver } from './homeserver.ts';

export async function startSynapse(certificates: CertificateFiles): Promise<Homeserver> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-e2e-synapse-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const synapse = stack.use(await Synapse.start({ directory, certificates, tlsPort: await freePort() }));
  const running = stack.move();
  return { url: synapse.url, name: synapse.name, pid: synapse.pid!, log: () => synapse.log(), [Symbol.asyncDispose]: () => running.disposeAsync() };
}
