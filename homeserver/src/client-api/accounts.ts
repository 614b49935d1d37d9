/** Registration, login, devices, account (endpoints of spec/endpoints/client/accounts.ts, the profile aside). */
import type { IncomingHttpHeaders } from 'node:http';
import * as api from '@nexuscomm/spec/endpoints/client/accounts.ts';
import { MatrixError, badJson, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import { localpartOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import { roomVersions } from '@nexuscomm/spec/room-versions.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { AccountRow, DeviceRow } from '../accounts/account-store.ts';
import type { InteractiveAuth, StageCheck } from '../accounts/interactive-auth.ts';
import type { Sessions } from '../accounts/sessions.ts';
import { isLoopback } from '../config/registration-mode.ts';
import { handle, type Route, type Session } from '../http/handler.ts';
import type { RateLimiter } from '../http/rate-limit.ts';

export interface AccountRoutesDeps {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly interactiveAuth: InteractiveAuth;
  readonly rateLimiter: RateLimiter;
  readonly registration: {
    readonly mode: 'open' | 'token' | 'closed';
    readonly guests: boolean;
    /** the first account administers the server, if somebody at this machine makes it */
    readonly firstIsAdmin: boolean;
  };
  readonly defaultRoomVersion: string;
}

type AuthBody = { readonly auth?: Readonly<Record<string, unknown>> | undefined };

/** Has the user confirm something by password; used wherever the specification asks for it. */
export function confirmByPassword(deps: Pick<AccountRoutesDeps, 'accounts' | 'interactiveAuth'>) {
  return async <T extends object & AuthBody>(session: Session, operation: string, body: T): Promise<T> => {
    if (body.auth?.['type'] === 'm.login.password') checkOwner(body.auth, session.userId);
    return deps.interactiveAuth.require({
      operation: `${operation} ${session.userId}`,
      body,
      flows: [['m.login.password']],
      check: { 'm.login.password': passwordStage(deps.accounts, session.userId) },
    });
  };
}

/** Nobody confirms for somebody else, so that is refused outright; a wrong password may be corrected. */
function checkOwner(auth: Readonly<Record<string, unknown>>, expected: UserId): void {
  const user = userOf(auth);
  const own = user === undefined || user === expected || user.toLowerCase() === localpartOf(expected) || user.toLowerCase() === expected;
  if (!own) throw forbidden('Only the owner of the account can confirm this.');
}

function passwordStage(accounts: Accounts, expected: UserId): StageCheck {
  return async (auth) => {
    const user = userOf(auth);
    if (typeof auth['password'] !== 'string') throw badJson('auth.password must be text.');
    const account = await accounts.verify(user ?? expected, auth['password']);
    if (account.user_id !== expected) throw forbidden('That is another user.');
  };
}

/** The user that `identifier` (or the older `user`) names. */
function userOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const identifier = body['identifier'];
  if (isJsonObject(identifier)) {
    if (identifier['type'] !== 'm.id.user') throw new MatrixError('M_UNKNOWN', 400, 'Only user names identify users here.');
    return typeof identifier['user'] === 'string' ? identifier['user'] : undefined;
  }
  return typeof body['user'] === 'string' ? body['user'] : undefined;
}

/**
 * For a server that listens on a loopback address only. Any website can have the browser ask it, and a name of theirs can
 * lead to it, so neither the page (Origin) nor the name it was asked by (Host) may be somebody else's.
 */
function isFromThisMachine({ origin, host }: IncomingHttpHeaders): boolean {
  const isHere = (url: string): boolean => URL.canParse(url) && isLoopback(new URL(url).hostname);
  return isHere(`http://${host}`) && (origin === undefined || isHere(origin));
}

export function accountRoutes(deps: AccountRoutesDeps): Route[] {
  const { accounts, sessions, interactiveAuth, rateLimiter, registration } = deps;
  const confirm = confirmByPassword(deps);
  const account = (row: AccountRow): { userNid: number; userId: UserId } => ({ userNid: row.user_nid, userId: row.user_id as UserId });

  return [
    handle(api.register, async ({ body, query, headers }) => {
      if (query.kind === 'guest') {
        if (!registration.guests) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'This server takes no guests.');
        const guest = await accounts.create({ username: undefined, password: undefined, isGuest: true });
        return accounts.login(guest, { id: undefined, name: body.initial_device_display_name, withRefresh: body.refresh_token ?? false });
      }
      if (query.kind !== undefined && query.kind !== 'user') throw new MatrixError('M_INVALID_PARAM', 400, 'kind must be user or guest.');
      if (registration.mode === 'closed') throw forbidden('Registration is closed on this server: ask its administrator for an account.');
      // Tell of a bad name or password before the person goes through confirmations.
      if (!(await guestOf(accounts, body)) && body.username !== undefined) await accounts.available(body.username);
      if (body.password !== undefined) accounts.checkPassword(body.password);
      const wanted = await interactiveAuth.require({
        operation: 'register',
        body,
        flows: registration.mode === 'token' ? [['m.login.registration_token']] : [['m.login.dummy']],
        check: { 'm.login.dummy': async () => {}, 'm.login.registration_token': registrationTokenStage(accounts) },
      });
      const isAdminIfFirst = registration.firstIsAdmin && isFromThisMachine(headers);
      const { username, password } = wanted;
      const guest = await guestOf(accounts, wanted);
      if (guest) await accounts.upgradeGuest(guest, { password, isAdminIfFirst });
      const user = guest ?? (await accounts.create({ username, password, isAdminIfFirst }));
      if (wanted.inhibit_login === true) return { user_id: user.userId };
      const device = { id: wanted.device_id ?? guest?.deviceId, name: wanted.initial_device_display_name };
      return accounts.login(user, { ...device, withRefresh: wanted.refresh_token ?? false });
    }),
    handle(api.registerAvailable, async ({ query }) => {
      if (registration.mode === 'closed') throw forbidden('Registration is closed on this server.');
      await accounts.available(query.username);
      return { available: true };
    }),
    handle(api.registrationTokenValidity, async ({ query }) => {
      if (registration.mode !== 'token') throw forbidden('This server registers without tokens.');
      return { valid: await accounts.isRegistrationToken(query.token) };
    }),
    handle(api.sharedSecretNonce, async () => ({ nonce: accounts.newNonce() })),
    handle(api.sharedSecretRegister, async ({ body }) => {
      const created = await accounts.createWithSecret(body);
      return {
        ...(await accounts.login(created, { id: undefined, name: undefined, withRefresh: false })),
        home_server: created.userId.slice(created.userId.indexOf(':') + 1),
      };
    }),

    handle(api.loginFlows, async () => ({ flows: [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }] })),
    handle(api.login, async ({ body }) => {
      const device = { id: body.device_id, name: body.initial_device_display_name, withRefresh: body.refresh_token ?? false };
      if (body.type === 'm.login.password') {
        const user = userOf(body);
        if (user === undefined || body.password === undefined)
          throw new MatrixError('M_MISSING_PARAM', 400, 'Logging in needs a user and a password.');
        await rateLimiter.consume('login', `account ${user}`);
        return accounts.login(account(await accounts.verify(user, body.password)), device);
      }
      if (body.type === 'm.login.token' && body.token !== undefined)
        return accounts.login(account(await accounts.verifyLoginToken(body.token)), device);
      throw new MatrixError('M_UNKNOWN', 400, 'This way of logging in is not offered here.');
    }),
    handle(api.loginToken, async ({ body, session }) => {
      await confirm(session, 'login token', body);
      return accounts.newLoginToken(session);
    }),
    handle(api.refresh, async ({ body }) => sessions.refresh(body.refresh_token)),
    handle(api.logout, async ({ session }) => {
      await accounts.deleteDevices(session, [session.deviceId]);
      return {};
    }),
    handle(api.logoutAll, async ({ session }) => {
      await accounts.deleteAllDevices(session);
      return {};
    }),
    handle(api.whoami, async ({ session }) => ({ user_id: session.userId, device_id: session.deviceId, is_guest: session.isGuest })),
    handle(api.changePassword, async ({ body, session }) => {
      accounts.checkPassword(body.new_password);
      const confirmed = await confirm(session, 'password', body);
      await accounts.setPassword(session, confirmed.new_password, { others: confirmed.logout_devices ?? true, except: session.deviceId });
      return {};
    }),
    handle(api.deactivate, async ({ body, session }) => {
      const confirmed = await confirm(session, 'deactivate', body);
      await accounts.deactivate(session, confirmed.erase ?? false);
      return { id_server_unbind_result: 'no-support' };
    }),
    handle(api.threepids, async () => ({ threepids: [] })),
    handle(api.addThreepid, async () => {
      throw new MatrixError('M_THREEPID_DENIED', 403, 'This server does not link e-mail addresses or phone numbers.');
    }),
    handle(api.deleteThreepid, async () => ({ id_server_unbind_result: 'no-support' })),
    handle(api.requestThreepidToken, async () => {
      throw new MatrixError('M_THREEPID_DENIED', 403, 'This server does not link e-mail addresses or phone numbers.');
    }),
    handle(api.ssoRedirect, async () => {
      throw notFound('This server has no single sign-on.');
    }),
    handle(api.capabilities, async ({ session }) => ({
      capabilities: {
        'm.change_password': { enabled: !session.isGuest },
        'm.room_versions': {
          default: deps.defaultRoomVersion,
          available: Object.fromEntries(Object.values(roomVersions).map((version) => [version.id, version.stable ? 'stable' : 'unstable'])),
        },
        'm.set_displayname': { enabled: true },
        'm.set_avatar_url': { enabled: true },
        'm.3pid_changes': { enabled: false },
        'm.get_login_token': { enabled: true },
        'm.profile_fields': { enabled: true },
        'm.forget_forced_upon_leave': { enabled: false },
        ...(session.isAdmin ? { 'm.account_moderation': { lock: true, suspend: true } } : {}),
      },
    })),

    handle(api.devices, async ({ session }) => ({ devices: (await accounts.devices(session)).map(renderDevice) })),
    handle(api.device, async ({ params, session }) => {
      const found = (await accounts.devices(session)).find((device) => device.device_id === params.deviceId);
      if (!found) throw notFound('You have no such device.');
      return renderDevice(found);
    }),
    handle(api.updateDevice, async ({ params, body, session }) => {
      await accounts.renameDevice(session, params.deviceId, body.display_name);
      return {};
    }),
    handle(api.deleteDevice, async ({ params, body, session }) => {
      await confirm(session, `delete device ${params.deviceId}`, body);
      await accounts.deleteDevices(session, [params.deviceId]);
      return {};
    }),
    handle(api.deleteDevices, async ({ body, session }) => {
      const confirmed = await confirm(session, 'delete devices', body);
      await accounts.deleteDevices(session, confirmed.devices);
      return {};
    }),
  ];
}

/** The guest who registers; undefined if somebody else does. */
async function guestOf(
  accounts: Accounts,
  { username, guest_access_token: token }: { readonly username?: string; readonly guest_access_token?: string },
): Promise<Session | undefined> {
  return token === undefined ? undefined : accounts.guest(username, token);
}

function registrationTokenStage(accounts: Accounts): StageCheck {
  return async (auth) => {
    const { token } = auth;
    if (typeof token !== 'string') throw badJson('auth.token must be text.');
    if (!(await accounts.useRegistrationToken(token)))
      throw new MatrixError('M_UNAUTHORIZED', 401, 'The registration token is not known, or used up.');
  };
}

function renderDevice(device: DeviceRow): object {
  return {
    device_id: device.device_id,
    ...(device.display_name === null ? {} : { display_name: device.display_name }),
    ...(device.last_seen === null ? {} : { last_seen_ts: device.last_seen, last_seen_ip: device.last_ip }),
  };
}
