/** `nexuscomm serve`: runs the server until it is told to stop. */
import { startServer, type RunningServer } from '../app.ts';
import { registrationMode } from '../config/registration-mode.ts';
import type { Config } from '../config/schema.ts';
import { releaseStartupMemory } from './release-memory.ts';
import { createLogger } from '../observability/logger.ts';

/** A clean end takes no longer; after that the process ends anyway, which loses nothing that was confirmed. */
const STOP_TIMEOUT_MS = 9_000;
const PARENT_CHECK_MS = 250;

export async function serve(config: Config): Promise<number> {
  const logger = createLogger(config.observability.log_level);
  process.on('unhandledRejection', (err) => logger.error({ err }, 'background work failed'));
  const signalled = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(undefined));
  });
  const orphaned = process.env['npm_lifecycle_event'] === undefined ? signalled : whenOrphaned();
  const server = await startServer(config, logger);
  process.stdout.write(`${startLines(config, server).join('\n')}\n`);
  await releaseStartupMemory();
  const failure = await Promise.race([signalled, orphaned, server.failed]);
  if (failure) logger.fatal({ err: failure }, 'the server stops');
  setTimeout(() => process.exit(failure ? 1 : 0), STOP_TIMEOUT_MS).unref();
  await server.close();
  return failure ? 1 : 0;
}

/**
 * Resolves when the parent process is gone. Under npm that is a shell, which gets the SIGTERM that npm was sent, dies of it
 * and tells nobody; the server would go on by itself.
 */
function whenOrphaned(): Promise<undefined> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      resolve(undefined);
    }, PARENT_CHECK_MS).unref();
  });
}

/** Five lines: what runs where, and how to make the first user. */
export function startLines(config: Config, running: Omit<RunningServer, 'statements' | 'failed' | 'close'>): string[] {
  const { server } = config;
  const { mode, isTrial, reason } = registrationMode(config);
  const createAdmin = 'npm run nexuscomm -- user create <name> --admin';
  const how = isTrial
    ? running.hasUsers
      ? 'anybody here can create an account'
      : 'create an account there: the first one becomes the administrator'
    : {
        open: `anybody can create an account; an administrator: ${createAdmin}`,
        token: `it takes one from: npm run nexuscomm -- token create; an administrator: ${createAdmin}`,
        closed: `${running.hasUsers ? 'make users' : 'make the first user'} in another terminal: ${createAdmin}`,
      }[mode];
  const address = server.public_baseurl ?? running.url;
  const listening = `${server.bind}, port ${new URL(running.url).port}`;
  return [
    `NexusComm is running as ${running.serverName}`,
    `${running.hasClient ? `Open ${address} in a browser; other clients connect there too` : `Clients connect to ${address}`} (listening on ${listening})`,
    running.embedded
      ? `Data, with a PostgreSQL database of its own, is in ${server.data_dir}`
      : `Data is in the database of NEXUS_DATABASE_URL, files in ${server.data_dir}`,
    `Registration is ${mode === 'token' ? 'by token' : mode}, ${reason}; ${how}`,
    'Settings: nexuscomm.yaml or NEXUS_* variables, see docs/configuration.md. Ctrl+C stops the server.',
  ];
}
