/** GET /health: which parts of the server are up. */
import { sql, type Queryable } from '../storage/database.ts';

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  readonly database: 'up' | 'down';
  /** absent: none is configured. Its loss does not make the server fail. */
  readonly redis?: 'up' | 'down';
}

const ping = sql('health', 'select 1 as one');
const PING_TIMEOUT_MS = 2_000;

export async function checkHealth(db: Queryable, redisIsUp: (() => boolean) | undefined): Promise<HealthReport> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS);
  });
  const up = await Promise.race([
    db.query(ping).then(
      () => true,
      () => false,
    ),
    timeout,
  ]);
  clearTimeout(timer);
  return { status: up ? 'ok' : 'failing', database: up ? 'up' : 'down', ...(redisIsUp ? { redis: redisIsUp() ? 'up' : 'down' } : {}) };
}
