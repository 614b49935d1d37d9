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
  return pino(
    { level, redact: SECRETS, serializers: { err: describe }, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** What went wrong and where. Other members of an error are left out: a database error carries its whole connection. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}
