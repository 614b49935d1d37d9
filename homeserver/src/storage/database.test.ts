import { expect, test } from '@jest/globals';
import { createTestDatabase, TEST_POOL_SIZE } from '../../testing/test-database.ts';
import { sql } from './database.ts';

const selectOne = sql('test_one', 'select 1 as one');

test('the connection apart is free when all others are taken', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const held = Promise.withResolvers<void>();
  const transactions: Promise<void>[] = [];
  try {
    for (let i = 0; i < TEST_POOL_SIZE - 1; i++) {
      const began = Promise.withResolvers<void>();
      const holding = db.transaction(async () => {
        began.resolve();
        await held.promise;
      });
      transactions.push(holding);
      await Promise.race([began.promise, holding]);
    }
    const waiting = db.query(selectOne).then(() => 'in line');
    // Were it behind the other statement, neither would come before the transactions end.
    expect(await Promise.race([db.apart.query<{ one: number }>(selectOne), waiting])).toEqual([{ one: 1 }]);
    held.resolve();
    expect(await waiting).toBe('in line');
  } finally {
    held.resolve();
    await Promise.all(transactions);
  }
});
