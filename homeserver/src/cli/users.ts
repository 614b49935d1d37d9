/** `nexuscomm user ...`: accounts from the command line. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { isUserId, serverNameOf, userIdOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { AccountStore, type AccountRow } from '../accounts/account-store.ts';
import { Accounts } from '../accounts/accounts.ts';
import { Sessions } from '../accounts/sessions.ts';
import type { Config } from '../config/schema.ts';
import type { Database } from '../storage/database.ts';
import { ACCOUNTS_CHANNEL, notify } from '../storage/notifications.ts';
import { StringTable } from '../storage/string-table.ts';
import { CommandError } from './command-error.ts';
import { withDatabase } from './database.ts';

export async function createUser(config: Config, name: string, options: { admin?: boolean; password?: string }): Promise<void> {
  const { password, shown } = await passwordFor(options.password);
  const userId = await withDatabase(config, async (db) => {
    const accounts = accountsOf(config, db);
    accounts.checkPassword(password);
    return (await accounts.create({ username: localpartFrom(config, name), password, isAdmin: options.admin ?? false })).userId;
  });
  process.stdout.write(`${userId} can log in now.${shown ? ` Password: ${password}` : ''}\n`);
}

export async function resetPassword(config: Config, name: string, options: { password?: string; keepSessions?: boolean }): Promise<void> {
  const { password, shown } = await passwordFor(options.password);
  const userId = await withDatabase(config, async (db) => {
    const accounts = accountsOf(config, db);
    const user = await findUser(config, accounts, name);
    await accounts.setPassword(user, password, { others: options.keepSessions !== true });
    await notify(db, ACCOUNTS_CHANNEL, user.userId);
    return user.userId;
  });
  process.stdout.write(
    `${userId} has a new password${options.keepSessions === true ? '' : ' and is logged out everywhere'}.${shown ? ` Password: ${password}` : ''}\n`,
  );
}

/** The server, now or when it starts, has the user leave all rooms. */
export async function deactivateUser(config: Config, name: string, erase: boolean): Promise<void> {
  const userId = await withDatabase(config, async (db) => {
    const accounts = accountsOf(config, db);
    const user = await findUser(config, accounts, name);
    await accounts.deactivate(user, erase);
    await notify(db, ACCOUNTS_CHANNEL, user.userId);
    return user.userId;
  });
  process.stdout.write(`${userId} is deactivated. The server has them leave their rooms${erase ? ' and erases their profile' : ''}.\n`);
}

function accountsOf(config: Config, db: Database): Accounts {
  const { accounts: settings } = config;
  return new Accounts({
    store: new AccountStore(db),
    sessions: new Sessions({ db, accessTokenLifetimeMs: settings.access_token_lifetime_ms, cacheSize: 1, now: Date.now }),
    strings: new StringTable(db, 100),
    serverName: config.server.name as ServerName,
    passwordCost: { memoryKib: settings.argon2_memory_kib, passes: settings.argon2_passes },
    minPasswordLength: config.registration.min_password_length,
    sharedSecret: undefined,
    loginTokenLifetimeMs: settings.login_token_lifetime_ms,
    now: Date.now,
  });
}

function localpartFrom(config: Config, name: string): string {
  if (!name.startsWith('@')) return name;
  if (isUserId(name) && serverNameOf(name) === config.server.name) return name.slice(1, name.indexOf(':'));
  throw new CommandError(`${name} is not a user id of ${config.server.name}.`);
}

async function findUser(config: Config, accounts: Accounts, name: string): Promise<{ userNid: number; userId: UserId }> {
  const userId = userIdOf(localpartFrom(config, name), config.server.name as ServerName);
  const row: AccountRow | undefined = await accounts.find(userId);
  if (!row) throw new CommandError(`There is no user ${userId}.`);
  if (row.deactivated) throw new CommandError(`${userId} is deactivated.`);
  return { userNid: row.user_nid, userId };
}

/** The password given; else the one typed; else, without a terminal, a new one that the command prints. */
async function passwordFor(given: string | undefined): Promise<{ password: string; shown: boolean }> {
  if (given !== undefined) return { password: given, shown: false };
  if (!process.stdin.isTTY) return { password: randomBytes(12).toString('base64url'), shown: true };
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    const answer = await prompt.question('');
    process.stdout.write('\n');
    return answer;
  };
  try {
    const password = await ask('Password (empty: one is made up): ');
    if (password === '') return { password: randomBytes(12).toString('base64url'), shown: true };
    if ((await ask('Again: ')) !== password) throw new CommandError('The passwords differ.');
    return { password, shown: false };
  } finally {
    prompt.close();
  }
}
