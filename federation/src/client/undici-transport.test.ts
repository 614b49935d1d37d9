import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { ServerName } from '../ports.ts';
import { fakeResolver, realClock, silentLog, type DnsTable } from '../testing/fakes.ts';
import { createTestAuthority, json, startTlsServer, type Responder, type TestAuthority, type TlsServer } from '../testing/tls-server.ts';
import { createDialer } from './dial.ts';
import { readJson } from './read-response.ts';
import type { TransportResponse } from './transport.ts';
import { UndiciTransport } from './undici-transport.ts';

let authority: TestAuthority;
const open: AsyncDisposable[] = [];

beforeAll(async () => {
  authority = await createTestAuthority();
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

async function serve(names: readonly string[], respond: Responder): Promise<TlsServer> {
  const server = await startTlsServer(authority, names, respond);
  open.push(server);
  return server;
}

interface Options {
  readonly dns?: DnsTable;
  readonly allowPrivate?: boolean;
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly trust?: TestAuthority;
}

function createTransport(options: Options = {}): UndiciTransport {
  const resolver = fakeResolver(options.dns ?? {});
  const { trust } = options.trust ?? authority;
  const { connectTimeoutMs = 2_000, idleTimeoutMs = 2_000, allowPrivate = true } = options;
  const dial = createDialer({ resolver, trust, clock: realClock, settings: { connectTimeoutMs, allowPrivateAddresses: allowPrivate } });
  const settings = { connectionsPerServer: 2, idleTimeoutMs };
  const transport = new UndiciTransport({ dial, resolver, clock: realClock, log: silentLog, random: () => 0, userAgent: 'test', settings });
  open.push(transport);
  return transport;
}

function ask(
  transport: UndiciTransport,
  server: string,
  signal = new AbortController().signal,
  method: 'GET' | 'POST' = 'GET',
): Promise<TransportResponse> {
  return transport.request({ server: server as ServerName, method, target: '/x?y=1', headers: {}, body: undefined, signal });
}

async function askJson(transport: UndiciTransport, server: string, maxBytes = 1_000): Promise<unknown> {
  return readJson(await ask(transport, server), server as ServerName, maxBytes);
}

const ok: Responder = (_request, response) => json(response, { ok: true });

describe('a request to a server', () => {
  test('by address has no SNI, and a certificate for the address', async () => {
    const server = await serve(['127.0.0.1'], ok);
    expect(await askJson(createTransport(), `127.0.0.1:${server.port}`)).toEqual({ ok: true });
    expect(server.seen[0]).toMatchObject({ url: '/x?y=1', host: `127.0.0.1:${server.port}`, sni: false });
  });

  test('by name and port asks for its certificate, and connections are kept', async () => {
    const server = await serve(['a.example'], ok);
    const transport = createTransport({ dns: { addresses: { 'a.example': ['127.0.0.1'] } } });
    for (let i = 0; i < 5; i++) expect(await askJson(transport, `a.example:${server.port}`)).toEqual({ ok: true });
    expect(server.seen[0]).toMatchObject({ host: `a.example:${server.port}`, sni: 'a.example' });
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test('by SRV goes to the target under the name of the server; a dead target is passed over', async () => {
    const server = await serve(['a.example'], ok);
    const dns = {
      addresses: { 'one.example': ['127.0.0.1'], 'two.example': ['127.0.0.1'] },
      srv: {
        '_matrix-fed._tcp.a.example': [
          { name: 'one.example', port: 1, priority: 1, weight: 0 },
          { name: 'two.example', port: server.port, priority: 2, weight: 0 },
        ],
      },
    };
    expect(await askJson(createTransport({ dns }), 'a.example')).toEqual({ ok: true });
    expect(server.seen[0]).toMatchObject({ host: 'a.example', sni: 'a.example' });
  });

  test('tries all addresses of a name', async () => {
    const server = await serve(['a.example'], ok);
    const transport = createTransport({ dns: { addresses: { 'a.example': ['::1', '127.0.0.1'] } } });
    expect(await askJson(transport, `a.example:${server.port}`)).toEqual({ ok: true });
  });

  test('that closed a kept connection is made again, unless it is a POST', async () => {
    let drop = false;
    const server = await serve(['127.0.0.1'], (request, response) => {
      if (!drop) return json(response, {});
      drop = false;
      response.destroy();
    });
    const transport = createTransport();
    const name = `127.0.0.1:${server.port}`;
    await askJson(transport, name);
    drop = true;
    expect(await askJson(transport, name)).toEqual({});
    drop = true;
    await expect(ask(transport, name, undefined, 'POST')).rejects.toMatchObject({ reason: 'broken off' });
  });

  test('does not follow redirects', async () => {
    const server = await serve(['127.0.0.1'], (_request, response) => void response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end());
    const response = await ask(createTransport(), `127.0.0.1:${server.port}`);
    expect(response.status).toBe(302);
    for await (const _chunk of response.body);
  });
});

describe('a server can not be reached', () => {
  test('with a certificate of another name', async () => {
    const server = await serve(['b.example'], ok);
    const transport = createTransport({ dns: { addresses: { 'a.example': ['127.0.0.1'] } } });
    await expect(ask(transport, `a.example:${server.port}`)).rejects.toMatchObject({ reason: 'tls' });
    expect(server.seen).toEqual([]);
  });

  test('with a certificate of an authority that is not trusted', async () => {
    const server = await serve(['127.0.0.1'], ok);
    const transport = createTransport({ trust: await createTestAuthority() });
    await expect(ask(transport, `127.0.0.1:${server.port}`)).rejects.toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('federation.ca'),
    });
  });

  test('when nobody listens, there is no address, or DNS does not answer', async () => {
    const transport = createTransport({ dns: { addresses: { 'broken.example': 'fails' } } });
    await expect(ask(transport, '127.0.0.1:1')).rejects.toMatchObject({ reason: 'refused' });
    await expect(ask(transport, 'a.example:1')).rejects.toMatchObject({ reason: 'dns' });
    await expect(ask(transport, 'broken.example:1')).rejects.toMatchObject({ reason: 'dns' });
  });

  test('when it takes the connection and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const started = performance.now();
    const transport = createTransport({ connectTimeoutMs: 200 });
    await expect(ask(transport, `127.0.0.1:${(silent.address() as AddressInfo).port}`)).rejects.toMatchObject({ reason: 'timeout' });
    expect(performance.now() - started).toBeLessThan(1_500);
    silent.close();
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['IPv6 loopback', ['::1']],
    ['mapped loopback', ['::ffff:127.0.0.1']],
    ['a local network', ['10.0.0.1', '192.168.0.1']],
    ['the metadata service', ['169.254.169.254']],
  ])('at %s, whatever its name', async (_what, addresses) => {
    const server = await serve(['a.example'], ok);
    const transport = createTransport({ allowPrivate: false, dns: { addresses: { 'a.example': addresses } } });
    await expect(ask(transport, `a.example:${server.port}`)).rejects.toMatchObject({
      reason: 'private address',
      message: expect.stringContaining('federation.allow_private_addresses'),
    });
    expect(server.connections).toBe(0);
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1'])('by the private address %s', async (name) => {
    await expect(ask(createTransport({ allowPrivate: false }), `${name}:1`)).rejects.toMatchObject({ reason: 'private address' });
  });

  test('by a delegation or SRV record to a private address', async () => {
    const srv = { '_matrix-fed._tcp.a.example': [{ name: 'inside.example', port: 1, priority: 1, weight: 1 }] };
    const transport = createTransport({ allowPrivate: false, dns: { srv, addresses: { 'inside.example': ['127.0.0.1'] } } });
    await expect(ask(transport, 'a.example')).rejects.toMatchObject({ reason: 'private address' });
  });
});

describe('an answer is cut off', () => {
  test('when it is larger than allowed, announced or not', async () => {
    const server = await serve(['127.0.0.1'], (_request, response) => {
      response.writeHead(200).write('[');
      const flood = (): void => {
        while (response.writable && response.write(`"${'x'.repeat(50_000)}",`));
        if (!response.destroyed) response.once('drain', flood);
      };
      flood();
    });
    await expect(askJson(createTransport(), `127.0.0.1:${server.port}`, 1_000_000)).rejects.toMatchObject({ reason: 'too large' });
    const announced = await serve(['127.0.0.1'], (_request, response) => json(response, 'x'.repeat(2_000)));
    await expect(askJson(createTransport(), `127.0.0.1:${announced.port}`)).rejects.toMatchObject({ reason: 'too large' });
  });

  test('when it stalls', async () => {
    const server = await serve(['127.0.0.1'], (_request, response) => void response.writeHead(200).write('{"a":'));
    const transport = createTransport({ idleTimeoutMs: 300 });
    await expect(askJson(transport, `127.0.0.1:${server.port}`)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('when the caller gives up, also while it drips', async () => {
    const server = await serve(['127.0.0.1'], (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    });
    const controller = new AbortController();
    const response = await ask(createTransport(), `127.0.0.1:${server.port}`, controller.signal);
    const reading = readJson(response, 'x' as ServerName, 1_000);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  test('when its headers are endless or no HTTP', async () => {
    const large = await serve(['127.0.0.1'], (_request, response) => void response.writeHead(200, { 'x-large': 'x'.repeat(100_000) }).end());
    await expect(ask(createTransport(), `127.0.0.1:${large.port}`)).rejects.toMatchObject({ reason: 'too large' });
    const strange = await serve(['127.0.0.1'], (_request, response) => void response.socket!.end('HELLO\r\n\r\n'));
    await expect(ask(createTransport(), `127.0.0.1:${strange.port}`)).rejects.toMatchObject({ reason: 'bad response' });
  });
});

describe('fetching an address', () => {
  const get = (transport: UndiciTransport, url: string): Promise<TransportResponse> =>
    transport.get(url, 'a.example' as ServerName, new AbortController().signal);

  test('follows redirects, but not for ever and not to plain HTTP', async () => {
    const server = await serve(['127.0.0.1'], ({ url }, response) => {
      const to = { '/one': '/two', '/two': '/three', '/loop': '/loop', '/plain': 'http://127.0.0.1/' }[url];
      if (to === undefined) json(response, { at: url });
      else response.writeHead(302, { location: to }).end();
    });
    const transport = createTransport();
    const base = `https://127.0.0.1:${server.port}`;
    expect(await readJson(await get(transport, `${base}/one`), 'a.example' as ServerName, 1_000)).toEqual({ at: '/three' });
    await expect(get(transport, `${base}/loop`)).rejects.toMatchObject({ reason: 'bad response' });
    await expect(get(transport, `${base}/plain`)).rejects.toMatchObject({ reason: 'bad response' });
  });

  test('refuses private addresses at every step', async () => {
    await expect(get(createTransport({ allowPrivate: false }), 'https://127.0.0.1:1/')).rejects.toMatchObject({ reason: 'private address' });
  });
});
