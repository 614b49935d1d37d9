/** Puts together what limits how often somebody may ask: counters in Redis if there is one, else in memory. */
import type { Config } from '../config/schema.ts';
import { createRateLimiter, unlimited, type RateLimiter } from '../http/rate-limit.ts';
import type { Logger } from '../observability/logger.ts';

export interface RateLimitsDeps {
  readonly settings: Pick<Config, 'redis' | 'rate_limits'>;
  readonly log: Logger;
}

export interface RateLimits extends Disposable {
  readonly rateLimiter: RateLimiter;
  /** undefined: no Redis is configured */
  readonly redisIsUp: (() => boolean) | undefined;
}

export async function createRateLimits({ settings, log }: RateLimitsDeps): Promise<RateLimits> {
  const redis = settings.redis.url === undefined ? undefined : await connectRedis(settings.redis.url, log);
  const { enabled, ...rates } = settings.rate_limits;
  return {
    rateLimiter: enabled ? createRateLimiter(rates, redis) : unlimited,
    redisIsUp: redis && (() => redis.status === 'ready'),
    [Symbol.dispose]: () => redis?.disconnect(),
  };
}

async function connectRedis(url: string, log: Logger) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on('error', (error: Error) => log.warn({ reason: error.message }, 'Redis is away'));
  return redis;
}
