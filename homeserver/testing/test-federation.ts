/** Servers in the test's process that reach each other over HTTPS on loopback, with certificates made for the test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { freePort } from './free-port.ts';
import { startTestServer, type TestServer } from './test-server.ts';

export interface FederatedServer extends TestServer {
  readonly name: string;
}

export interface TestFederation extends AsyncDisposable {
  readonly servers: readonly FederatedServer[];
}

interface Pem {
  readonly cert: string;
  readonly private: string;
}

/** `settings[i]` are further environment variables of the i-th server. */
export async function startTestFederation(settings: readonly Record<string, string>[]): Promise<TestFederation> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-federation-'));
  const authority = await generate([{ name: 'commonName', value: 'Test Authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const own = await certificate(authority);
  const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => join(directory, name));
  await Promise.all([writeFile(ca!, authority.cert), writeFile(cert!, own.cert), writeFile(key!, own.private)]);
  const servers = await Promise.all(
    settings.map(async (further): Promise<FederatedServer> => {
      const port = await freePort();
      const name = `localhost:${port}`;
      const server = await startTestServer({
        NEXUS_SERVER_NAME: name,
        NEXUS_TLS_PORT: String(port),
        NEXUS_TLS_CERT: cert!,
        NEXUS_TLS_KEY: key!,
        NEXUS_FEDERATION_CA: ca!,
        NEXUS_ALLOW_PRIVATE_ADDRESSES: 'true',
        ...further,
      });
      let ended: Promise<void> | undefined;
      const end = server[Symbol.asyncDispose].bind(server);
      // A test may take a server away before all of them go.
      return Object.assign(server, { name, [Symbol.asyncDispose]: () => (ended ??= Promise.resolve(end())) });
    }),
  );
  return {
    servers,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function certificate(authority: Pem): Promise<Pem> {
  return generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
}
