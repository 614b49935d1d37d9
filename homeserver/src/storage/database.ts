/**
 * PostgreSQL behind named statements. Reads survive a restart of the database: they are tried again until a deadline.
 * Writes are not, because only the caller can tell whether the lost one had been committed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface Statement {
  readonly name: string;
  readonly text: string;
  /** changes nothing, so it can be repeated */
  readonly readOnly: boolean;
}

export interface Queryable {
  /** int8 comes as number, int8[] as number[], bytea as Buffer. */
  query<Row = Record<string, unknown>>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

declare const inTransaction: unique symbol;
/** Proof that statements run in one transaction; writers that need one ask for it by type. */
export interface Transaction extends Queryable {
  readonly [inTransaction]: true;
}

export interface StatementCounter {
  readonly total: number;
  byName(): ReadonlyMap<string, number>;
}

export interface Database extends Queryable, AsyncDisposable {
  /** READ COMMITTED; repeated when PostgreSQL asks for it (serialization failure, deadlock). */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** One connection by itself, for what must not wait in line behind others: commits. */
  readonly apart: Queryable;
  /** Statements since the start: one statement is one round trip. */
  readonly counter: StatementCounter;
}

export interface DatabaseOptions {
  readonly url: string;
  /** connections, the one apart included: 3 at least, since a transaction may wait for a statement beside it */
  readonly poolSize: number;
  /** ms */
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** how long reads wait for a lost database, ms */
  readonly reconnectTimeoutMs: number;
  readonly onPoolError: (error: Error) => void;
}

/** The connection broke, or could not be made: it is unknown whether a write was committed. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
/** The database has no room for more. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull';
}

export const isConnectionError = (error: unknown): error is ConnectionLost => error instanceof ConnectionLost;

const registered = new Map<string, string>();
const MODIFIES = /\b(insert into|update|delete from|nextval|for share|for update|pg_notify|truncate|create|alter|drop)\b/i;

/** Names a statement. A name stands for one text only, since PostgreSQL keeps it prepared. */
export function sql(name: string, text: string): Statement {
  const other = registered.get(name);
  if (other !== undefined && other !== text) throw new Error(`the statement name ${name} is taken`);
  registered.set(name, text);
  return { name, text, readOnly: !MODIFIES.test(text) };
}

/** All statements of the modules that are loaded, by name. */
export const statements = (): ReadonlyMap<string, string> => registered;

const RETRY_DELAY_MS = 100;
const MAX_TRANSACTION_TRIES = 5;
const RETRYABLE = new Set(['40001', '40P01']);
const CONNECTION_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT', 'ETIMEDOUT', '57P01', '57P02', '57P03']);
const OUT_OF_SPACE = new Set(['53100', '53200']);

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function classify(error: unknown): unknown {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  const lost =
    CONNECTION_CODES.has(code) ||
    code.startsWith('08') ||
    /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed/.test(message);
  if (lost) return new ConnectionLost('The connection to the database was lost.', { cause: error });
  if (OUT_OF_SPACE.has(code)) return new StorageFull('The database is out of space.', { cause: error });
  return error;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
const INT8_ARRAY = 1016;
types.setTypeParser(INT8_ARRAY as never, (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)));

export function openDatabase(options: DatabaseOptions): Database {
  const open = (connections: number): pg.Pool =>
    new pg.Pool({
      connectionString: options.url,
      max: connections,
      connectionTimeoutMillis: options.connectTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      application_name: 'nexuscomm',
      types,
    }).on('error', options.onPoolError);
  const [pool, single] = [open(options.poolSize - 1), open(1)];
  const counts = new Map<string, number>();
  let total = 0;

  async function run<Row>(client: pg.Pool | pg.PoolClient, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    total++;
    counts.set(statement.name, (counts.get(statement.name) ?? 0) + 1);
    try {
      return (await client.query({ name: statement.name, text: statement.text, values: values as unknown[] })).rows as Row[];
    } catch (error) {
      throw classify(error);
    }
  }

  async function queryOn<Row>(connections: pg.Pool, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const deadline = Date.now() + options.reconnectTimeoutMs;
    for (;;) {
      try {
        return await run<Row>(connections, statement, values);
      } catch (error) {
        if (!statement.readOnly || !isConnectionError(error) || Date.now() >= deadline) throw error;
        await sleep(RETRY_DELAY_MS);
      }
    }
  }

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const client = await pool.connect().catch((error: unknown) => {
        throw classify(error);
      });
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const tx = { query: (statement: Statement, values: readonly unknown[] = []) => run(client, statement, values) } as Transaction;
        const result = await work(tx);
        await client.query('commit');
        return result;
      } catch (error) {
        const classified = classify(error);
        if (isConnectionError(classified)) broken = classified;
        else await client.query('rollback').catch((failure: Error) => (broken = failure));
        if (attempt < MAX_TRANSACTION_TRIES && RETRYABLE.has(codeOf(error))) continue;
        throw classified;
      } finally {
        client.release(broken);
      }
    }
  }

  return {
    query: (statement, values = []) => queryOn(pool, statement, values),
    transaction,
    apart: { query: (statement, values = []) => queryOn(single, statement, values) },
    counter: {
      get total() {
        return total;
      },
      byName: () => counts,
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool.end(), single.end()]);
    },
  };
}
