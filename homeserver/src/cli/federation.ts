/** `nexuscomm federation ...`: how other servers are reached, and what to do if they are not. */
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Config } from '../config/schema.ts';
import { sql } from '../storage/database.ts';
import { RETRY_CHANNEL, notify } from '../storage/notifications.ts';
import { CommandError } from './command-error.ts';
import { withDatabase } from './database.ts';
import { examineServer } from './examine-server.ts';

const selectStatus = sql(
  'cli_destinations',
  `select s.v as server, d.last_ok_ts, d.failing_since, d.retry_at, d.failure from destination d join str s on s.id = d.server
   where $1 or d.failing_since is not null order by d.failing_since nulls last, s.v`,
);
const clearRetry = sql(
  'cli_destination_retry',
  'update destination d set retry_at = 0 from str s where s.id = d.server and s.v = $1 and d.failing_since is not null returning 1 as one',
);

const selectStaged = sql(
  'cli_staged_pdus',
  `select origin, room_id, count(*)::int4 as events, min(since) as since, min(retry_at) as retry_at from staged_pdu
   group by origin, room_id order by min(since), origin, room_id`,
);

interface StatusRow {
  readonly server: string;
  readonly last_ok_ts: number | null;
  readonly failing_since: number | null;
  readonly retry_at: number | null;
  readonly failure: string | null;
}

interface StagedRow {
  readonly origin: string;
  readonly room_id: string;
  readonly events: number;
  readonly since: number;
  readonly retry_at: number;
}

export type Print = (line: string) => void;
const toStdout: Print = (line) => void process.stdout.write(`${line}\n`);

const time = (ts: number | null, none: string): string => (ts === null ? none : new Date(ts).toISOString().replace(/\.\d+Z$/, 'Z'));

/** A running server writes down every few seconds whom it does not reach. */
export async function federationStatus(config: Config, all: boolean, print = toStdout): Promise<void> {
  const [servers, staged] = await withDatabase(config, async (db) => [
    await db.query<StatusRow>(selectStatus, [all]),
    await db.query<StagedRow>(selectStaged),
  ]);
  if (servers.length > 0) printTable(print, ['SERVER', 'LAST OK', 'FAILING SINCE', 'NEXT TRY', 'REASON'], servers.map(cellsOf));
  else print(all ? 'Nothing was ever sent to another server.' : 'No server fails.');
  if (staged.length === 0) return;
  print('');
  print('Events that came and wait until what they follow can be had:');
  printTable(
    print,
    ['FROM', 'EVENTS', 'SINCE', 'NEXT TRY', 'ROOM'],
    staged.map((row) => [row.origin, String(row.events), time(row.since, ''), nextTry(row.retry_at), row.room_id]),
  );
}

function cellsOf(row: StatusRow): string[] {
  const fails = row.failing_since !== null;
  return [
    row.server,
    time(row.last_ok_ts, 'never'),
    time(row.failing_since, '-'),
    fails ? nextTry(row.retry_at ?? 0) : '-',
    fails ? (row.failure ?? 'it has not everything yet') : '-',
  ];
}

const nextTry = (at: number): string => (at <= Date.now() ? 'now' : time(at, 'now'));

/** In columns as wide as they need; the last has no end. */
function printTable(print: Print, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  for (const line of [header, ...rows]) print(line.map((cell, i) => (i === header.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  '));
}

/** 1 if something does not work. */
export async function checkServer(config: Config, name: string, print = toStdout): Promise<number> {
  const server = parse(name);
  const findings = await withDatabase(config, (db) => examineServer(config, db, server));
  for (const { ok, text, advice } of findings) {
    print(`${ok ? 'ok   ' : 'WRONG'} ${text}`);
    if (advice !== undefined) print(`      ${advice}`);
  }
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

export async function retryServer(config: Config, name: string, print = toStdout): Promise<void> {
  const server = parse(name);
  const failed = await withDatabase(config, async (db) => {
    const rows = await db.query(clearRetry, [server]);
    await notify(db, RETRY_CHANNEL, server);
    return rows.length > 0;
  });
  print(
    failed
      ? `${server} is tried at once, by a running server or when one starts.`
      : `${server} is not written down as failing; a running server tries it anyway.`,
  );
}

function parse(name: string): ServerName {
  if (!isServerName(name))
    throw new CommandError(`${name} is not a server name: it has no scheme and no path, for example example.org or example.org:8448.`);
  return name;
}
