/** Password hashes: Argon2id (RFC 9106) in PHC form, computed off the event loop, a few at a time. */
import { argon2 as argon2Callback, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';

const argon2 = promisify(
  argon2Callback as (algorithm: 'argon2id', parameters: Argon2Parameters, done: (error: Error | null, hash: Buffer) => void) => void,
);

export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
}

const TAG_BYTES = 32;
const SALT_BYTES = 16;
/** Hashes at a time: each takes `memoryKib`, and a thread of the pool that files and DNS share. */
const CONCURRENCY = 2;

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  if (running >= CONCURRENCY) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await argon2('argon2id', {
      message: Buffer.from(password.normalize('NFKC')),
      nonce: salt,
      parallelism: 1,
      tagLength: TAG_BYTES,
      memory: cost.memoryKib,
      passes: cost.passes,
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=1$${unpadded(salt)}$${unpadded(await derive(password, salt, cost))}`;
}

/** False for a wrong password; takes as long when there is no hash, so that it does not tell which users exist. */
export async function verifyPassword(password: string, stored: string | undefined, cost: PasswordCost): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(stored ?? '');
  if (!match) {
    await derive(password, randomBytes(SALT_BYTES), cost);
    return false;
  }
  const hash = await derive(password, Buffer.from(match[3]!, 'base64'), { memoryKib: Number(match[1]), passes: Number(match[2]) });
  return timingSafeEqual(hash, Buffer.from(match[4]!, 'base64'));
}
