/** Real HTTPS servers on loopback, with certificates of an authority that is made for the test. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

export interface TestAuthority {
  readonly cert: string;
  /** trusts this authority only */
  readonly trust: SecureContext;
  /** A certificate for names and IP addresses. */
  certificate(names: readonly string[]): Promise<{ readonly cert: string; readonly key: string }>;
}

const IP = /^[\d.]+$|:/;

export async function createTestAuthority(): Promise<TestAuthority> {
  const own = await generate([{ name: 'commonName', value: 'Test Authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const issuedBefore = new Map<string, Promise<{ cert: string; key: string }>>();
  return {
    cert: own.cert,
    trust: createSecureContext({ ca: [own.cert] }),
    certificate: (names) => {
      const id = names.join();
      issuedBefore.set(id, issuedBefore.get(id) ?? issue(own, names));
      return issuedBefore.get(id)!;
    },
  };
}

async function issue(own: { readonly private: string; readonly cert: string }, names: readonly string[]): Promise<{ cert: string; key: string }> {
  const issued = await generate([{ name: 'commonName', value: names[0]! }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: own.private, cert: own.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (IP.test(name) ? { type: 7, ip: name } : { type: 2, value: name })) },
    ],
  });
  return { cert: issued.cert, key: issued.private };
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string | undefined;
  /** the name that the client asked for in TLS; false: none */
  readonly sni: string | false | null | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface TlsServer extends AsyncDisposable {
  readonly port: number;
  readonly seen: SeenRequest[];
  /** TCP connections that were made */
  readonly connections: number;
}

export type Responder = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

export async function startTlsServer(
  authority: TestAuthority,
  names: readonly string[],
  respond: Responder,
  address = '127.0.0.1',
): Promise<TlsServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const { host, authorization } = headers;
    const entry = { method, url, host, authorization, sni: (request.socket as TLSSocket).servername, body: await text(request) };
    seen.push(entry);
    await respond(entry, response);
  };
  const server: Server = createServer(await authority.certificate(names), (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('secureConnection', () => connections++);
  await new Promise<void>((done) => server.listen(0, address, done));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
