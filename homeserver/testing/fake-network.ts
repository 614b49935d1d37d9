/** A real server among fake ones, which trust one another's certificates. */
import { makeCertificates } from './certificates.ts';
import { FakeRemoteServer } from './fake-remote-server.ts';
import { startTestServer, type TestServer } from './test-server.ts';

export interface ServerAmongFakes extends AsyncDisposable {
  /** the server under test; `name` is its server name */
  readonly server: TestServer & { readonly name: string };
  readonly fakes: readonly FakeRemoteServer[];
}

/** A real server and some that are not, which trust one another's certificates. The real one need not be reached. */
export async function startAmongFakes(count: number, settings: Record<string, string> = {}): Promise<ServerAmongFakes> {
  const certificates = await makeCertificates();
  const fakes = await Promise.all(Array.from({ length: count }, () => FakeRemoteServer.start(certificates.authority)));
  const name = 'real.example:8448';
  const server = await startTestServer({
    NEXUS_SERVER_NAME: name,
    NEXUS_FEDERATION_CA: certificates.ca,
    NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
    ...settings,
  });
  return {
    server: Object.defineProperty(server as TestServer & { name: string }, 'name', { value: name }),
    fakes,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      for (const fake of fakes) await fake[Symbol.asyncDispose]();
      await certificates[Symbol.asyncDispose]();
    },
  };
}
