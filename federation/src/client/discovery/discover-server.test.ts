import { describe, expect, test } from '@jest/globals';
import type { ServerName } from '../../ports.ts';
import { FakeClock, fakeResolver, silentLog, type DnsTable } from '../../testing/fakes.ts';
import type { TransportResponse } from '../transport.ts';
import { discoverServer, type ServerRoute } from './discover-server.ts';
import { orderSrv } from './order-srv.ts';
import type { SrvRecord } from './resolver.ts';
import { WellKnown } from './well-known.ts';

const srv = (name: string, port: number, priority = 10, weight = 5): SrvRecord => ({ name, port, priority, weight });

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

interface World extends DnsTable {
  /** host -> what m.server says; or a whole answer */
  readonly wellKnown?: Readonly<Record<string, string | Partial<TransportResponse>>>;
}

async function discover(server: string, world: World = {}): Promise<ServerRoute> {
  const clock = new FakeClock();
  const get = (url: string): Promise<TransportResponse> => {
    const found = world.wellKnown?.[new URL(url).hostname];
    if (found === undefined) return Promise.reject(new Error('refused'));
    const answer = typeof found === 'string' ? { body: bytes(JSON.stringify({ 'm.server': found })) } : found;
    return Promise.resolve({ status: 200, headers: {}, body: bytes(''), ...answer });
  };
  const wellKnown = new WellKnown({ get, clock, log: silentLog });
  return discoverServer({ resolver: fakeResolver(world), wellKnown, clock, log: silentLog, random: () => 0 }, server as ServerName);
}

/** targets, Host header, name in the certificate */
async function summary(server: string, world?: World): Promise<[string[], string, string]> {
  const { targets, hostHeader, tlsName } = await discover(server, world);
  return [targets.map(({ host, port }) => `${host} ${port}`), hostHeader, tlsName];
}

const bothSrv = { '_matrix-fed._tcp.example.org': [srv('new.example.net', 1111)], '_matrix._tcp.example.org': [srv('old.example.net', 2222)] };
const delegatedSrv = {
  '_matrix-fed._tcp.m.example.org': [srv('new.example.net', 1111)],
  '_matrix._tcp.m.example.org': [srv('old.example.net', 2222)],
};

describe('a server is found, by the steps of the specification:', () => {
  test.each<[string, string, World | undefined, [string[], string, string]]>([
    ['1: IPv4', '192.0.2.1', undefined, [['192.0.2.1 8448'], '192.0.2.1', '192.0.2.1']],
    ['1: IPv4 and port', '192.0.2.1:1234', undefined, [['192.0.2.1 1234'], '192.0.2.1:1234', '192.0.2.1']],
    ['1: IPv6', '[2001:db8::1]', undefined, [['2001:db8::1 8448'], '[2001:db8::1]', '2001:db8::1']],
    ['1: IPv6 and port', '[2001:db8::1]:1234', undefined, [['2001:db8::1 1234'], '[2001:db8::1]:1234', '2001:db8::1']],
    [
      '2: name and port, without any lookup',
      'example.org:1234',
      { srv: bothSrv, wellKnown: { 'example.org': 'm.example.org' } },
      [['example.org 1234'], 'example.org:1234', 'example.org'],
    ],
    ['3.1: delegated to IPv4', 'example.org', { wellKnown: { 'example.org': '192.0.2.1' } }, [['192.0.2.1 8448'], '192.0.2.1', '192.0.2.1']],
    [
      '3.1: delegated to IPv6 and port',
      'example.org',
      { wellKnown: { 'example.org': '[2001:db8::1]:443' } },
      [['2001:db8::1 443'], '[2001:db8::1]:443', '2001:db8::1'],
    ],
    [
      '3.2: delegated to name and port',
      'example.org',
      { srv: delegatedSrv, wellKnown: { 'example.org': 'm.example.org:443' } },
      [['m.example.org 443'], 'm.example.org:443', 'm.example.org'],
    ],
    [
      '3.3: delegated, matrix-fed SRV',
      'example.org',
      { srv: delegatedSrv, wellKnown: { 'example.org': 'm.example.org' } },
      [['new.example.net 1111'], 'm.example.org', 'm.example.org'],
    ],
    [
      '3.4: delegated, old SRV',
      'example.org',
      { srv: { '_matrix._tcp.m.example.org': [srv('old.example.net', 2222)] }, wellKnown: { 'example.org': 'm.example.org' } },
      [['old.example.net 2222'], 'm.example.org', 'm.example.org'],
    ],
    [
      '3.5: delegated, no SRV',
      'example.org',
      { wellKnown: { 'example.org': 'm.example.org' } },
      [['m.example.org 8448'], 'm.example.org', 'm.example.org'],
    ],
    ['4: matrix-fed SRV', 'example.org', { srv: bothSrv }, [['new.example.net 1111'], 'example.org', 'example.org']],
    [
      '5: old SRV',
      'example.org',
      { srv: { '_matrix._tcp.example.org': [srv('old.example.net', 2222)] } },
      [['old.example.net 2222'], 'example.org', 'example.org'],
    ],
    ['6: nothing but the name', 'hs1', undefined, [['hs1 8448'], 'hs1', 'hs1']],
    [
      '6: DNS does not answer for SRV',
      'example.org',
      { srv: { '_matrix-fed._tcp.example.org': 'fails', '_matrix._tcp.example.org': 'fails' } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
    [
      'bad JSON in .well-known',
      'example.org',
      { wellKnown: { 'example.org': { body: bytes('{') } } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
    [
      'no m.server in .well-known',
      'example.org',
      { wellKnown: { 'example.org': { body: bytes('{}') } } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
    [
      'no server name in .well-known',
      'example.org',
      { wellKnown: { 'example.org': 'https://x' } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
    [
      '.well-known with another status',
      'example.org',
      { wellKnown: { 'example.org': { status: 404, body: bytes('{"m.server":"m.example.org:1"}') } } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
    [
      '.well-known of great size',
      'example.org',
      { wellKnown: { 'example.org': { body: bytes(`{"m.server":"m.example.org:1"}${' '.repeat(60_000)}`) } } },
      [['example.org 8448'], 'example.org', 'example.org'],
    ],
  ])('%s', async (_step, server, world, expected) => {
    expect(await summary(server, world)).toEqual(expected);
  });

  test('a delegation is not followed a second time', async () => {
    const wellKnown = { 'example.org': 'm.example.org', 'm.example.org': 'other.example.org:1' };
    expect(await summary('example.org', { wellKnown })).toEqual([['m.example.org 8448'], 'm.example.org', 'm.example.org']);
  });

  test('an SRV record may say that there is no such service', async () => {
    await expect(discover('example.org', { srv: { '_matrix-fed._tcp.example.org': [srv('', 0)] } })).rejects.toMatchObject({ reason: 'dns' });
  });

  test('a port must be one', async () => {
    await expect(discover('example.org:70000')).rejects.toMatchObject({ reason: 'dns' });
  });
});

describe('SRV records', () => {
  test('are tried by priority', () => {
    const records = [srv('c', 1, 30), srv('a', 1, 10), srv('b', 1, 20)];
    expect(orderSrv(records, () => 0.5).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('of equal priority are chosen by weight', () => {
    const records = [srv('often', 1, 10, 90), srv('seldom', 1, 10, 10), srv('hardly', 1, 10, 0)];
    const first = new Map<string, number>();
    const rounds = 1_000;
    for (let i = 0; i < rounds; i++) {
      const ordered = orderSrv(records, () => i / rounds);
      expect(ordered).toHaveLength(3);
      first.set(ordered[0]!.name, (first.get(ordered[0]!.name) ?? 0) + 1);
    }
    expect(first.get('often')! / rounds).toBeCloseTo(0.9, 1);
    expect(first.get('seldom')! / rounds).toBeCloseTo(0.1, 1);
    expect(first.get('hardly') ?? 0).toBeLessThan(rounds / 50);
  });
});
