/** JSON logs, on standard error. Content, tokens and passwords are never handed to it; known places for them are masked all the same. */
import pino, { type Logger } from 'pino';

export type { Logger };

const SECRETS = [
  'password',
  'access_token',
  'token',
  'refresh_token',
  'authorization',
  'headers.authorization',
  'secret',
  '*.password',
  '*.access_token',
];

export function createLogger(level: string): Logger {
  return pino({ level, redact: SECRETS, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
