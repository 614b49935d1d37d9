/** Messages between processes that share a database (PostgreSQL's LISTEN and NOTIFY). They are hints: what they tell of is in the tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { sql, type Queryable } from './database.ts';

/** Accounts were changed by another process; the payload is the user id. */
export const ACCOUNTS_CHANNEL = 'nexuscomm_accounts';

const notifyStatement = sql('notify', 'select pg_notify($1, $2)');
const RECONNECT_MS = 1_000;

export async function notify(db: Queryable, channel: string, payload: string): Promise<void> {
  await db.query(notifyStatement, [channel, payload]);
}

/** Listens on a connection of its own, which is opened anew when it breaks; `onMessage('')` then stands for what was missed. */
export function listen(url: string, channel: string, onMessage: (payload: string) => void): AsyncDisposable {
  let stopped = false;
  let client: pg.Client | undefined;
  let connecting: Promise<unknown> = Promise.resolve();
  const run = async (): Promise<void> => {
    for (let first = true; !stopped; first = false) {
      const current = new pg.Client({ connectionString: url, application_name: 'nexuscomm listen' });
      client = current;
      const broken = new Promise<void>((resolve) => {
        current.on('error', () => resolve());
        current.on('end', () => resolve());
      });
      current.on('notification', (message) => onMessage(message.payload ?? ''));
      try {
        connecting = current.connect();
        await connecting;
        await current.query(`listen ${channel}`);
        if (!first) onMessage('');
        await broken;
      } catch {
        // tried again below
      }
      await current.end().catch(() => {});
      if (!stopped) await sleep(RECONNECT_MS, undefined, { ref: false });
    }
  };
  const running = run();
  return {
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      // While it connects it does not hear that it is to end.
      await connecting.catch(() => {});
      await client?.end().catch(() => {});
      await running;
    },
  };
}
