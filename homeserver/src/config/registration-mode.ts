/**
 * Who may register where `registration.mode` is not set: anybody while only this machine reaches the server, so that it can be
 * tried without reading anything; otherwise nobody (docs/decisions/0016-registration-open-for-a-trial.md).
 */
import { isIPv4 } from 'node:net';
import type { Config } from './schema.ts';

export interface RegistrationMode {
  readonly mode: 'open' | 'token' | 'closed';
  /** open by default: the first account administers the server */
  readonly isTrial: boolean;
  /** goes on from "Registration is open" */
  readonly reason: string;
}

export function registrationMode({ server, registration }: Pick<Config, 'server' | 'registration'>): RegistrationMode {
  if (registration.mode !== undefined) return { mode: registration.mode, isTrial: false, reason: 'as set in registration.mode' };
  const obstacle =
    server.name !== 'localhost'
      ? `server.name is ${server.name}`
      : !isLoopback(server.bind)
        ? `server.bind is ${server.bind}`
        : server.public_baseurl !== undefined
          ? 'server.public_baseurl is set'
          : server.trusted_proxies > 0
            ? 'server.trusted_proxies is set'
            : undefined;
  if (obstacle === undefined) return { mode: 'open', isTrial: true, reason: 'since only this machine reaches the server' };
  return { mode: 'closed', isTrial: false, reason: `since others may reach the server: ${obstacle}` };
}

/** Whether users find each other though they share no room: those of one organisation, not strangers who registered by themselves. */
export function findsAllUsers({ accounts, registration }: Pick<Config, 'accounts' | 'registration'>): boolean {
  return accounts.find_all_users ?? registration.mode !== 'open';
}

/** For host names and addresses, the latter of version 6 with or without brackets. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
