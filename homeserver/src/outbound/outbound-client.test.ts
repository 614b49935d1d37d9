/** Which addresses are asked. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { OutboundClient, OutboundError } from './outbound-client.ts';

let server: Server;
let requests = 0;
beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++;
    response.end('here');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

const client = (allowPrivateAddresses: boolean, addresses: readonly string[] = []): OutboundClient =>
  new OutboundClient({
    resolver: { addresses: async () => addresses, srv: async () => [] },
    trust: createSecureContext(),
    allowPrivateAddresses,
    allowPlain: true,
    timeoutMs: 2_000,
    userAgent: 'test',
  });
const port = (): number => (server.address() as AddressInfo).port;

test('private ones are not, whatever they look like', async () => {
  await using closed = client(false, ['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '169.254.169.254']);
  const hosts = ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0', 'name.example', 'localhost', '169.254.169.254'];
  for (const host of hosts) {
    await expect(closed.request({ method: 'GET', url: `http://${host}:${port()}/` })).rejects.toBeInstanceOf(OutboundError);
  }
  for (const url of ['file:///etc/passwd', 'ftp://example.org/', 'nonsense', 'http://user:password@example.org/', '']) {
    await expect(closed.request({ method: 'GET', url })).rejects.toBeInstanceOf(OutboundError);
  }
  expect(requests).toBe(0);
});

test('they are where that is allowed, at the address that was looked up', async () => {
  await using open = client(true, ['127.0.0.1']);
  const { status, body } = await open.request({ method: 'GET', url: `http://name.example:${port()}/` });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  expect([status, Buffer.concat(chunks).toString()]).toEqual([200, 'here']);
});

test('names without an address, and servers that do not answer, may be tried again', async () => {
  await using open = client(true, []);
  await expect(open.request({ method: 'GET', url: `http://nowhere.example:${port()}/` })).rejects.toMatchObject({ temporary: true });
  await expect(open.request({ method: 'GET', url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({ temporary: true });
});
