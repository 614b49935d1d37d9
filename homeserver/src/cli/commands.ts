/** The `nexuscomm` command: what there is and what it takes. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError, loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import { checkConfig } from './config-check.ts';
import { doctor } from './doctor.ts';
import { checkServer, federationStatus, retryServer } from './federation.ts';
import { serve } from './serve.ts';
import { createToken } from './tokens.ts';
import { createUser, deactivateUser, resetPassword } from './users.ts';

/** Runs a command; resolves with the exit code. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let code = 0;
  const withConfig =
    <Args extends unknown[]>(action: (config: Config, ...args: Args) => Promise<number | void>) =>
    async (...given: Args): Promise<void> => {
      code = (await action(loadConfig(env), ...given)) ?? 0;
    };
  const program = new Command('nexuscomm').description('A Matrix homeserver').exitOverride().showHelpAfterError();
  program
    .command('serve')
    .description('run the server')
    .action(withConfig((config) => serve(config)));
  program
    .command('doctor')
    .description('check that this machine and the configuration can run the server')
    .action(withConfig((config) => doctor(config)));
  program
    .command('config')
    .description('the configuration')
    .command('check')
    .description('check it, and print what is set')
    .action(withConfig((config) => checkConfig(config)));

  const user = program.command('user').description('accounts');
  user
    .command('create')
    .argument('<name>', 'the part before the colon, or the whole id')
    .option('--admin', 'may administer this server')
    .option('--password <password>', 'otherwise it is asked for, or made up and printed')
    .description('make an account')
    .action(withConfig((config, name: string, options: { admin?: boolean; password?: string }) => createUser(config, name, options)));
  user
    .command('reset-password')
    .argument('<name>')
    .option('--password <password>', 'otherwise it is asked for, or made up and printed')
    .option('--keep-sessions', 'leave the user logged in where they are')
    .description('give an account another password')
    .action(withConfig((config, name: string, options: { password?: string; keepSessions?: boolean }) => resetPassword(config, name, options)));
  user
    .command('deactivate')
    .argument('<name>')
    .option('--erase', 'mark the user as wanting to be forgotten')
    .description('close an account for good: it leaves all rooms and its name stays taken')
    .action(withConfig((config, name: string, options: { erase?: boolean }) => deactivateUser(config, name, options.erase ?? false)));
  program
    .command('token')
    .description('registration tokens')
    .command('create')
    .option('--uses <n>', 'registrations that it allows (default: any number)', positive)
    .option('--expires-in-hours <n>', 'hours until it ends (default: never)', positive)
    .description('make a token to register with (registration: token)')
    .action(withConfig((config, options: { uses?: number; expiresInHours?: number }) => createToken(config, options)));

  const federation = program.command('federation').description('other servers');
  federation
    .command('status')
    .option('--all', 'also those that have everything')
    .description('servers that fail: since when, why, when they are tried again; and events that wait for what they follow')
    .action(withConfig((config, options: { all?: boolean }) => federationStatus(config, options.all ?? false)));
  federation
    .command('check')
    .argument('<name>', 'a server name, the part after the colon in user ids')
    .description('find a server, connect to it, get its keys, and say what does not work')
    .action(withConfig((config, name: string) => checkServer(config, name)));
  federation
    .command('retry')
    .argument('<name>')
    .description('try a server that fails again at once')
    .action(withConfig((config, name: string) => retryServer(config, name)));

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof ConfigError) for (const line of error.lines) process.stderr.write(`${line}\n`);
    else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0.');
  return value;
}
