/** nexuscomm federation status, check and retry, beside running servers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkServer, federationStatus, retryServer } from '../src/cli/federation.ts';
import type { Config } from '../src/config/schema.ts';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';

let network: FederatedServers;
let a: FederatedServer;
let b: FederatedServer;

beforeAll(async () => {
  network = await startFederatedServers(2, { NEXUS_CONFIG: new URL('patient-config.yaml', import.meta.url).pathname });
  [a, b] = network.servers as [FederatedServer, FederatedServer];
}, 60_000);
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});

async function printed(command: (print: (line: string) => void) => Promise<number | void>): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = (await command((line) => lines.push(line))) ?? 0;
  return { code, text: lines.join('\n') };
}
const check = (name: string, config: Config = a.config) => printed((print) => checkServer(config, name, print));
const status = () => printed((print) => federationStatus(a.config, false, print));
const changed = (federation: Partial<Config['federation']>): Config => ({ ...a.config, federation: { ...a.config.federation, ...federation } });

test('a server that is well', async () => {
  const { code, text } = await check(b.name);
  expect([code, text]).toEqual([0, expect.stringContaining('it accepts what this server signs')]);
  expect(text).toContain('runs NexusComm');
  expect(text.match(/^ok /gm)).toHaveLength(4);
  expect((await check(a.name)).code).toBe(0);
});

test.each<[string, () => Promise<{ code: number; text: string }>, string]>([
  ['is not there', () => check('127.0.0.1:9'), 'Nothing listens there'],
  ['has a certificate of an authority that is not trusted', () => check(b.name, { ...a.config, federation: withoutCa() }), 'federation.ca'],
  ['is excluded', () => check(b.name, changed({ deny: ['127.0.0.1:*'] })), 'federation.deny'],
  ['is at a private address', () => check(b.name, changed({ allow_private_addresses: false })), 'federation.allow_private_addresses'],
  ['has no address', () => check('nowhere.invalid'), 'Check the spelling'],
])('a server that %s', async (_what, run, advice) => {
  const { code, text } = await run();
  expect([code, text]).toEqual([1, expect.stringContaining(advice)]);
  expect(text).toContain('WRONG');
});
const withoutCa = (): Config['federation'] => {
  const { ca: _ca, ...rest } = a.config.federation;
  return rest;
};

test('what is no name', async () => {
  await expect(check('https://example.org')).rejects.toThrow('is not a server name');
});

test('a server that fails is shown, and tried again when somebody asks', async () => {
  expect((await status()).text).toBe('No server fails.');
  const [alice, bob] = await Promise.all([a.user('alice'), b.user('bob')]);
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await bob.ok('POST', `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(a.name)}`, {});
  await b.stop();
  const missed = await alice.say(roomId, 'are you there?');
  await eventually(async () => (await status()).text.includes(b.name));
  expect((await status()).text).toMatch(new RegExp(`${b.name} .*can't be reached \\(`));
  const { body: metrics } = await a.nobody.request('GET', '/metrics');
  expect(metrics).toContain(`nexuscomm_federation_failing_seconds{destination="${b.name}"}`);
  await b.restart();
  // As it was down for so long, nobody would ask for ten minutes.
  const returned = Object.assign(bob, { url: b.url });
  const { next_batch: since } = await returned.sync();
  expect((await printed((print) => retryServer(a.config, b.name, print))).text).toContain('is tried at once');
  await returned.nextEvent(since, roomId, (event) => event.event_id === missed);
  await eventually(async () => (await status()).text === 'No server fails.');
}, 60_000);

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds());) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await sleep(100);
  }
}
