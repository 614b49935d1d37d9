/** Opens the ports, plain and TLS, and closes them without cutting off answers under way. */
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ListenOptions {
  readonly bind: string;
  /** 0 chooses a free port */
  readonly port: number;
  /** 0: no HTTPS */
  readonly tlsPort: number;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export interface Listeners {
  /** the port in use for plain HTTP */
  readonly port: number;
  /** Takes no more requests; waits for answers under way, then cuts the rest off. */
  close(): Promise<void>;
}

/** Clients and proxies keep connections; Node's 5 s would race with their reuse of them. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_TIMEOUT_MS = 5_000;
const CLOSE_SWEEP_MS = 20;
const BACKLOG = 4096;

export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listeners> {
  const common = { headersTimeout: options.headersTimeoutMs, requestTimeout: options.requestTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS };
  const plain = createServer(common, handler);
  const servers: Server[] = [plain];
  await open(plain, options.bind, options.port);
  try {
    if (options.tlsPort !== 0) servers.push(await listenTls(handler, common, options));
  } catch (error) {
    await shut(plain);
    throw error;
  }
  return {
    port: (plain.address() as AddressInfo).port,
    close: async () => {
      await Promise.all(servers.map(shut));
    },
  };
}

async function listenTls(handler: RequestListener, common: ServerOptions, options: ListenOptions): Promise<Server> {
  const [cert, key] = await Promise.all([readPem(options.tlsCert!, 'server.tls_cert'), readPem(options.tlsKey!, 'server.tls_key')]);
  const tls = createTlsServer({ ...common, cert, key }, handler) as unknown as Server;
  await open(tls, options.bind, options.tlsPort);
  return tls;
}

function open(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.code === 'EACCES' ? 'it needs more rights' : error.message;
      fail(new Error(`Port ${port} of ${host} can't be opened: ${reason}. Choose another with NEXUS_PORT.`, { cause: error }));
    });
    server.listen({ host, port, backlog: BACKLOG }, done);
  });
}

async function readPem(file: string, setting: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${setting}: ${file} can't be read (${error.code})`, { cause: error });
  });
}

async function shut(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  // Connections become idle one by one as their answers go out.
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
