/** Every endpoint for other servers, from somebody who signs nothing, and from a signature that is none. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as devices from '@nexuscomm/spec/endpoints/federation/devices.ts';
import * as events from '@nexuscomm/spec/endpoints/federation/events.ts';
import * as invites from '@nexuscomm/spec/endpoints/federation/invites.ts';
import * as media from '@nexuscomm/spec/endpoints/federation/media.ts';
import * as membership from '@nexuscomm/spec/endpoints/federation/membership.ts';
import * as queries from '@nexuscomm/spec/endpoints/federation/queries.ts';
import * as transactions from '@nexuscomm/spec/endpoints/federation/transactions.ts';
import type { Endpoint } from '@nexuscomm/spec/endpoint.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const modules: Record<string, unknown> = { ...devices, ...events, ...invites, ...media, ...membership, ...queries, ...transactions };
const isEndpoint = (value: unknown): value is Endpoint => typeof value === 'object' && value !== null && 'auth' in value;
const SIGNED = Object.entries(modules).flatMap(([name, value]) => (isEndpoint(value) && value.auth === 'server' ? [[name, value] as const] : []));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test.each(SIGNED)('%s', async (_name, endpoint) => {
  const path = endpoint.path.replaceAll(/\{\w+\}/g, 'x');
  const body = endpoint.method === 'GET' ? undefined : {};
  const unsigned = await server.nobody.request(endpoint.method, path, body);
  // Some are not there yet.
  if (unsigned.status === 404 && unsigned.body.errcode === 'M_UNRECOGNIZED') return;
  expect([unsigned.status, unsigned.body.errcode]).toEqual([401, 'M_UNAUTHORIZED']);
  const authorization = 'X-Matrix origin="localhost:1",destination="localhost",key="ed25519:x",sig="AAAA"';
  const wrong = await server.nobody.request(endpoint.method, path, body, { authorization });
  expect([wrong.status, wrong.body.errcode]).toEqual([401, 'M_UNAUTHORIZED']);
});
