import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ServerKey } from '@nexuscomm/federation/ports.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { createServerKeyStore } from './server-key-store.ts';

const B = 'b.example' as ServerName;
const A = 'a.example' as ServerName;
const key = (keyId: string, more: Partial<ServerKey> = {}): ServerKey => ({
  keyId,
  publicKey: new Uint8Array(32).fill(keyId.length),
  validUntilTs: 1_900_000_000_000,
  expiredTs: undefined,
  ...more,
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

test('keys are kept, also those that a newer document no longer names', async () => {
  const store = createServerKeyStore(database.db);
  expect(await store.find([A])).toEqual(new Map());
  expect(await store.findDocument(A)).toBeUndefined();
  await store.save(A, { keys: [key('ed25519:a'), key('ed25519:bb')], document: { n: 1 }, fetchedAt: 1 });
  expect((await store.find([A, B])).get(A)).toEqual([key('ed25519:a'), key('ed25519:bb')]);
  await store.save(A, { keys: [key('ed25519:a', { expiredTs: 5, validUntilTs: 5 }), key('ed25519:ccc')], document: { n: 2 }, fetchedAt: 2 });
  const byId = (await store.find([A])).get(A)!.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
  expect(byId).toEqual([key('ed25519:a', { expiredTs: 5, validUntilTs: 5 }), key('ed25519:bb'), key('ed25519:ccc')]);
  expect(await store.findDocument(A)).toEqual({ n: 2 });
  expect(await store.find([B])).toEqual(new Map());
});
