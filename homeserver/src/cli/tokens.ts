/** `nexuscomm token create`: a token to register with. */
import { randomBytes } from 'node:crypto';
import { AccountStore } from '../accounts/account-store.ts';
import { registrationMode } from '../config/registration-mode.ts';
import type { Config } from '../config/schema.ts';
import { withDatabase } from './database.ts';

const HOUR_MS = 3_600_000;

export async function createToken(config: Config, options: { uses?: number; expiresInHours?: number }): Promise<void> {
  const token = randomBytes(16).toString('base64url');
  const expires = options.expiresInHours === undefined ? undefined : Date.now() + options.expiresInHours * HOUR_MS;
  await withDatabase(config, (db) => new AccountStore(db).addRegistrationToken(token, options.uses, expires));
  process.stdout.write(`${token}\n`);
  const { mode } = registrationMode(config);
  if (mode !== 'token') {
    process.stderr.write(`Registration is ${mode} here, so the token is of no use until NEXUS_REGISTRATION is token.\n`);
  }
}
