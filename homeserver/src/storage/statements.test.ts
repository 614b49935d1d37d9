/** Every SQL statement of the server is one that PostgreSQL understands, against the schema of the migrations. */
import { expect, test } from '@jest/globals';
import pg from 'pg';
import '../app.ts';
import { createDatabase } from '../../testing/test-database.ts';
import { statements } from './database.ts';

test('all statements can be prepared', async () => {
  const { url, drop } = await createDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const failures: string[] = [];
  for (const [name, text] of statements()) {
    try {
      await client.query(`prepare "${name}" as ${text}`);
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  await client.end();
  await drop();
  expect(statements().size).toBeGreaterThan(100);
  expect(failures).toEqual([]);
});
