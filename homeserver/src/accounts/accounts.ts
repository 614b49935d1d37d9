/** What can be done with accounts: register, log in, change the password, manage devices, deactivate. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { MatrixError, forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { isUserId, isValidNewLocalpart, serverNameOf, userIdOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { userLocked } from '../http/authenticate.ts';
import type { Session } from '../http/handler.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { AccountStore } from './account-store.ts';
import { type AccountRow, type DeviceRow } from './account-store.ts';
import { hashPassword, verifyPassword, type PasswordCost } from './passwords.ts';
import { newToken, tokenHash } from './secret-tokens.ts';
import type { IssuedTokens, Sessions } from './sessions.ts';

/** What the rest of the server does when accounts change. */
export interface AccountEffects {
  onDeviceAdded(userNid: number, deviceId: string): Promise<void>;
  onDeviceRenamed(userNid: number, deviceId: string): Promise<void>;
  onDevicesDeleted(userNid: number, userId: UserId, devices: readonly { nid: number; deviceId: string }[]): Promise<void>;
  onDeactivated(userNid: number, userId: UserId): Promise<void>;
  /** somebody chose a name; guests did not */
  onRegistered(userNid: number, userId: UserId): Promise<void>;
}

export interface AccountsOptions {
  readonly store: AccountStore;
  readonly sessions: Sessions;
  readonly strings: StringTable;
  readonly serverName: ServerName;
  readonly passwordCost: PasswordCost;
  readonly minPasswordLength: number;
  readonly sharedSecret: string | undefined;
  readonly loginTokenLifetimeMs: number;
  readonly now: () => number;
}

export interface LoginResult extends IssuedTokens {
  readonly user_id: UserId;
  readonly device_id: string;
}

const MAX_PASSWORD_LENGTH = 512;
const MAX_DEVICE_ID_LENGTH = 255;
const MAX_DEVICE_NAME_LENGTH = 255;
const NONCE_LIFETIME_MS = 60_000;
const MAX_NONCES = 1000;

export class Accounts {
  readonly #options: AccountsOptions;
  readonly #nonces = new LRUCache<string, true>({ max: MAX_NONCES, ttl: NONCE_LIFETIME_MS });
  #firstIsClaimed = false;
  #effects: AccountEffects = {
    onDeviceAdded: async () => {},
    onDeviceRenamed: async () => {},
    onDevicesDeleted: async () => {},
    onDeactivated: async () => {},
    onRegistered: async () => {},
  };

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Connects what follows from changes of accounts; called once, when the server is put together. */
  connect(effects: AccountEffects): void {
    this.#effects = effects;
  }

  // --- registration ---

  /** The user id for a name; throws M_INVALID_USERNAME or M_USER_IN_USE. */
  async available(username: string): Promise<UserId> {
    const userId = this.#userIdFor(username);
    if (await this.#options.store.find(userId)) throw new MatrixError('M_USER_IN_USE', 400, 'That user name is taken.');
    return userId;
  }

  #userIdFor(username: string): UserId {
    const { serverName } = this.#options;
    const localpart = username.startsWith('@') && serverNameOf(username) === serverName ? username.slice(1, username.indexOf(':')) : username;
    if (!isValidNewLocalpart(localpart.toLowerCase(), serverName)) {
      throw new MatrixError('M_INVALID_USERNAME', 400, 'A user name has the letters a-z, digits and . _ = - / +');
    }
    return userIdOf(localpart.toLowerCase(), serverName);
  }

  checkPassword(password: string): void {
    if (password.length < this.#options.minPasswordLength) {
      throw new MatrixError('M_WEAK_PASSWORD', 400, `A password has at least ${this.#options.minPasswordLength} characters.`);
    }
    if (password.length > MAX_PASSWORD_LENGTH)
      throw new MatrixError('M_WEAK_PASSWORD', 400, `A password has at most ${MAX_PASSWORD_LENGTH} characters.`);
  }

  /** Creates an account; without a name a free one is made up. */
  async create(account: {
    username: string | undefined;
    password: string | undefined;
    isGuest?: boolean;
    isAdmin?: boolean;
    /** an administrator if there is no account yet */
    isAdminIfFirst?: boolean;
  }): Promise<{ userId: UserId; userNid: number }> {
    const { store, strings, serverName, now } = this.#options;
    const userId = account.username === undefined ? userIdOf(randomBytes(8).toString('hex'), serverName) : await this.available(account.username);
    const userNid = await strings.id(userId);
    const password = await this.#hash(account.password);
    const inserted = await this.#asFirst(account.isAdminIfFirst ?? false, (isFirst) =>
      store.insert({ userNid, userId, password, created: now(), isGuest: account.isGuest ?? false, isAdmin: account.isAdmin ?? isFirst }),
    );
    if (!inserted) throw new MatrixError('M_USER_IN_USE', 400, 'That user name is taken.');
    if (account.username !== undefined) await this.#effects.onRegistered(userNid, userId);
    return { userId, userNid };
  }

  /** The guest of this name whose token this is; M_FORBIDDEN for anybody else's. */
  async guest(username: string | undefined, accessToken: string): Promise<Session> {
    if (username === undefined) throw new MatrixError('M_MISSING_PARAM', 400, 'A guest who registers is named by username.');
    const state = await this.#options.sessions.lookup(accessToken);
    if (state.kind !== 'session' || !state.session.isGuest || state.session.userId !== this.#userIdFor(username)) {
      throw forbidden('guest_access_token is not of a guest with this user name.');
    }
    if (state.session.isLocked) throw userLocked();
    return state.session;
  }

  /** A guest becomes a user (Client-Server API, "Guest Access"): with the same id, so all there is of them stays. */
  async upgradeGuest(guest: Session, account: { password: string | undefined; isAdminIfFirst: boolean }): Promise<void> {
    const { store, sessions } = this.#options;
    const password = await this.#hash(account.password);
    const upgraded = await this.#asFirst(account.isAdminIfFirst, (isAdmin) => store.upgradeGuest(guest.userNid, { password, isAdmin }));
    if (!upgraded) throw forbidden('That user is no guest any more.');
    sessions.forget(guest.deviceNid);
  }

  async #hash(password: string | undefined): Promise<string | undefined> {
    return password === undefined ? undefined : hashPassword(password, this.#options.passwordCost);
  }

  /** Tells `make` whether it makes the server's first account, if that matters; `make` returns false if it made none. */
  async #asFirst(matters: boolean, make: (isFirst: boolean) => Promise<boolean>): Promise<boolean> {
    const isFirst = matters && (await this.#claimFirst());
    let made = false;
    try {
      made = await make(isFirst);
    } finally {
      if (isFirst && !made) this.#firstIsClaimed = false;
    }
    return made;
  }

  /** True once, for the first account of the server: of several at the same time only one is it. */
  async #claimFirst(): Promise<boolean> {
    if (this.#firstIsClaimed) return false;
    this.#firstIsClaimed = true;
    return !(await this.#options.store.hasUsers());
  }

  newNonce(): string {
    const nonce = randomBytes(32).toString('hex');
    this.#nonces.set(nonce, true);
    return nonce;
  }

  /** Registers by shared secret: the MAC is HMAC-SHA1 over nonce, name, password and "admin" or "notadmin", NUL between. */
  async createWithSecret(request: {
    nonce: string;
    username: string;
    password: string;
    mac: string;
    admin?: boolean;
  }): Promise<{ userId: UserId; userNid: number }> {
    const { sharedSecret } = this.#options;
    if (sharedSecret === undefined) throw new MatrixError('M_UNKNOWN', 400, 'Registration by shared secret is off on this server.');
    if (!this.#nonces.delete(request.nonce)) throw new MatrixError('M_UNKNOWN', 400, 'The nonce is not known: get a new one.');
    const parts = [request.nonce, request.username, request.password, request.admin === true ? 'admin' : 'notadmin'];
    const expected = createHmac('sha1', sharedSecret).update(parts.join('\u0000')).digest();
    const given = Buffer.from(request.mac, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw forbidden('The MAC is wrong.');
    return this.create({ username: request.username, password: request.password, isAdmin: request.admin === true });
  }

  useRegistrationToken(token: string): Promise<boolean> {
    return this.#options.store.useRegistrationToken(token, this.#options.now());
  }

  isRegistrationToken(token: string): Promise<boolean> {
    return this.#options.store.isRegistrationToken(token, this.#options.now());
  }

  // --- logging in ---

  /** The account of a user id or local name with this password. The refusal does not tell which of the two was wrong. */
  async verify(user: string, password: string): Promise<AccountRow> {
    const { store, serverName, passwordCost } = this.#options;
    const userId = user.startsWith('@') ? user : `@${user}:${serverName}`;
    const account = isUserId(userId) ? ((await store.find(userId)) ?? (await store.find(userId.toLowerCase()))) : undefined;
    const right = await verifyPassword(password, account?.password ?? undefined, passwordCost);
    if (account?.deactivated) throw new MatrixError('M_USER_DEACTIVATED', 403, 'This account has been deactivated.');
    if (!right || !account) throw forbidden('The user name or the password is wrong.');
    if (account.locked) throw userLocked();
    return account;
  }

  /** Logs an account in on a device, new or known. */
  async login(
    account: { userNid: number; userId: UserId },
    device: { id: string | undefined; name: string | undefined; withRefresh: boolean },
  ): Promise<LoginResult> {
    const { store, sessions } = this.#options;
    if (device.id !== undefined && (device.id.length === 0 || device.id.length > MAX_DEVICE_ID_LENGTH)) {
      throw invalidParam(`A device id has 1 to ${MAX_DEVICE_ID_LENGTH} characters.`);
    }
    const deviceId = device.id ?? randomBytes(8).toString('base64url').toUpperCase().replaceAll(/[_-]/g, 'X').slice(0, 10);
    const { nid, isNew } = await store.device(account.userNid, deviceId, device.name?.slice(0, MAX_DEVICE_NAME_LENGTH));
    if (isNew) await this.#effects.onDeviceAdded(account.userNid, deviceId);
    return { user_id: account.userId, device_id: deviceId, ...(await sessions.issue(nid, device.withRefresh)) };
  }

  async newLoginToken(session: Session): Promise<{ login_token: string; expires_in_ms: number }> {
    const token = newToken('login');
    const { store, loginTokenLifetimeMs, now } = this.#options;
    await store.addLoginToken(tokenHash(token), session.userNid, now() + loginTokenLifetimeMs);
    return { login_token: token, expires_in_ms: loginTokenLifetimeMs };
  }

  async verifyLoginToken(token: string): Promise<AccountRow> {
    const { store, now } = this.#options;
    const userId = await store.takeLoginToken(tokenHash(token), now());
    const account = userId === undefined ? undefined : await store.find(userId);
    if (!account || account.deactivated) throw forbidden('The login token is not known, or has expired.');
    if (account.locked) throw userLocked();
    return account;
  }

  find(userId: string): Promise<AccountRow | undefined> {
    return this.#options.store.find(userId);
  }

  // --- devices ---

  devices(session: Session): Promise<DeviceRow[]> {
    return this.#options.store.devices(session.userNid);
  }

  async renameDevice(session: Session, deviceId: string, name: string | undefined): Promise<void> {
    if (name !== undefined && name.length > MAX_DEVICE_NAME_LENGTH)
      throw new MatrixError('M_TOO_LARGE', 413, `A device name has at most ${MAX_DEVICE_NAME_LENGTH} characters.`);
    if (!(await this.#options.store.rename(session.userNid, deviceId, name))) throw notFound('You have no such device.');
    await this.#effects.onDeviceRenamed(session.userNid, deviceId);
  }

  /** Deletes devices and logs them out. */
  async deleteDevices(user: { userNid: number; userId: UserId }, deviceIds: readonly string[]): Promise<void> {
    const { store, sessions } = this.#options;
    const deleted = await store.deleteDevices(user.userNid, deviceIds);
    for (const { nid } of deleted) sessions.forget(nid);
    const devices = deleted.map((row) => ({ nid: row.nid, deviceId: row.device_id }));
    if (devices.length > 0) await this.#effects.onDevicesDeleted(user.userNid, user.userId, devices);
  }

  async deleteAllDevices(user: { userNid: number; userId: UserId }, except?: string): Promise<void> {
    const devices = await this.#options.store.devices(user.userNid);
    await this.deleteDevices(
      user,
      devices.map((device) => device.device_id).filter((id) => id !== except),
    );
  }

  // --- the account itself ---

  async setPassword(user: { userNid: number; userId: UserId }, password: string, logout: { others: boolean; except?: string }): Promise<void> {
    this.checkPassword(password);
    await this.#options.store.setPassword(user.userNid, await hashPassword(password, this.#options.passwordCost));
    if (logout.others) await this.deleteAllDevices(user, logout.except);
  }

  async deactivate(user: { userNid: number; userId: UserId }, erase: boolean): Promise<void> {
    await this.#options.store.deactivate(user.userNid, erase);
    await this.deleteAllDevices(user);
    await this.#effects.onDeactivated(user.userNid, user.userId);
  }
}
