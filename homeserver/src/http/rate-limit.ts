/** Rate limits: a token bucket for each user (or address) and class, in memory, or in Redis when there is one. */
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RateLimitClass } from '@nexuscomm/spec/endpoint.ts';
import { MatrixError } from '@nexuscomm/spec/errors.ts';

type LimitedClass = Exclude<RateLimitClass, 'none'>;
export type RateLimits = Readonly<Record<LimitedClass, { readonly per_second: number; readonly burst: number }>>;

export interface RateLimiter {
  /** Throws M_LIMIT_EXCEEDED with the time to wait. `who` is a user id or an address. */
  consume(limitClass: RateLimitClass, who: string): Promise<void>;
}

export const unlimited: RateLimiter = { consume: () => Promise.resolve() };

/** In the time that the sustained rate takes to allow `burst` acts, `burst` acts are allowed. */
export function createRateLimiter(limits: RateLimits, redis: Redis | undefined): RateLimiter {
  const limiters = new Map<string, RateLimiterAbstract>();
  for (const [name, { per_second: perSecond, burst }] of Object.entries(limits)) {
    const options = { keyPrefix: `nexuscomm:rate:${name}`, points: burst, duration: Math.max(1, Math.ceil(burst / perSecond)) };
    // The limiter in memory takes over while Redis is away.
    const insuranceLimiter = new RateLimiterMemory(options);
    limiters.set(
      name,
      redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter, rejectIfRedisNotReady: true }) : insuranceLimiter,
    );
  }
  return {
    consume: async (limitClass, who) => {
      const limiter = limiters.get(limitClass);
      if (!limiter) return;
      try {
        await limiter.consume(who);
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        throw new MatrixError('M_LIMIT_EXCEEDED', 429, 'Too many requests: wait a little.', { retry_after_ms: Math.max(1, rejection.msBeforeNext) });
      }
    },
  };
}
