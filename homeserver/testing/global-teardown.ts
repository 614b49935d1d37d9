/** After all tests: stops PostgreSQL and removes its files. */
import { rm } from 'node:fs/promises';

export default async function tearDown(): Promise<void> {
  const postgres = globalThis.testPostgres;
  if (!postgres) return;
  await postgres.server[Symbol.asyncDispose]();
  await rm(postgres.directory, { recursive: true, force: true });
}
