/** What the machine can do at best, by the same load generator: bare HTTP answers, bare INSERTs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@nexuscomm/homeserver/storage/embedded-postgres/supervisor.ts';
import pg from 'pg';
import { runLoad, type LoadResult } from './load/run-load.ts';
import { startBareHttp } from './targets/bare-http.ts';

/** PUT with a message's body, or GET, answered with so many bytes. */
export async function bareHttp(options: { method: 'GET' | 'PUT'; answerBytes: number; atOnce: number; seconds: number }): Promise<LoadResult> {
  await using server = await startBareHttp(options.answerBytes);
  const body = options.method === 'PUT' ? { body: JSON.stringify({ msgtype: 'm.text', body: 'message 12345' }) } : {};
  return await runLoad({
    ...options,
    operation: async () => {
      const answer = await server.pool.request({
        method: options.method,
        path: '/x',
        headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
        ...body,
      });
      await answer.body.text();
    },
  });
}

const POOL_SIZE = 10;

/** One row of an event's size and two keys, one statement for each, each durable before the next of its lane. */
export async function bareInsert(options: { atOnce: number; seconds: number }): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-floor-'));
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    maxConnections: POOL_SIZE + 5,
    synchronousCommit: true,
    fsync: true,
    log: () => {},
  });
  const pool = new pg.Pool({ connectionString: server.url, max: POOL_SIZE });
  // Connections that are still closing when the database stops.
  pool.on('error', () => {});
  try {
    await pool.query('create table floor (nid int8 primary key, event_id text unique, json text not null)');
    const json = JSON.stringify({ filler: 'x'.repeat(800) });
    let next = 0;
    return await runLoad({
      ...options,
      operation: async () => {
        const nid = next++;
        await pool.query({ name: 'floor', text: 'insert into floor (nid, event_id, json) values ($1, $2, $3)', values: [nid, `$event${nid}`, json] });
      },
    });
  } finally {
    await pool.end();
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}
