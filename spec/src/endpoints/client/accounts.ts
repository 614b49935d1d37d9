/** Accounts, sessions and devices (Client-Server API, "Client authentication", "Account management", "Device management"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Auth = Type.Optional(Type.Record(Type.String(), Type.Unknown()));
const Text = Type.String();
const OptionalText = Type.Optional(Type.String());
const OptionalFlag = Type.Optional(Type.Boolean());
const V3 = '/_matrix/client/v3';

export const register = endpoint({
  method: 'POST',
  path: `${V3}/register`,
  auth: 'none',
  rateLimit: 'registration',
  query: Type.Object({ kind: OptionalText }),
  body: Type.Object({
    auth: Auth,
    username: OptionalText,
    password: OptionalText,
    device_id: OptionalText,
    initial_device_display_name: OptionalText,
    inhibit_login: OptionalFlag,
    refresh_token: OptionalFlag,
    /** of a guest who becomes a user (Client-Server API, "Guest Access") */
    guest_access_token: OptionalText,
  }),
  bodyOptional: true,
});
export const registerAvailable = endpoint({
  method: 'GET',
  path: `${V3}/register/available`,
  auth: 'none',
  rateLimit: 'registration',
  query: Type.Object({ username: Text }),
});
export const registrationTokenValidity = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/register/m.login.registration_token/validity',
  auth: 'none',
  rateLimit: 'registration',
  query: Type.Object({ token: Text }),
});
/** Synapse's registration by shared secret, which test suites and provisioning scripts use. */
export const sharedSecretNonce = endpoint({ method: 'GET', path: '/_synapse/admin/v1/register', auth: 'none', rateLimit: 'registration' });
export const sharedSecretRegister = endpoint({
  method: 'POST',
  path: '/_synapse/admin/v1/register',
  auth: 'none',
  rateLimit: 'registration',
  body: Type.Object({
    nonce: Text,
    username: Text,
    password: Text,
    mac: Text,
    admin: OptionalFlag,
    displayname: Type.Optional(Type.Union([Text, Type.Null()])),
  }),
});

export const loginFlows = endpoint({ method: 'GET', path: `${V3}/login`, auth: 'none', rateLimit: 'general' });
export const login = endpoint({
  method: 'POST',
  path: `${V3}/login`,
  auth: 'none',
  rateLimit: 'login',
  body: Type.Object({
    type: Text,
    identifier: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    user: OptionalText,
    password: OptionalText,
    token: OptionalText,
    device_id: OptionalText,
    initial_device_display_name: OptionalText,
    refresh_token: OptionalFlag,
  }),
});
export const loginToken = endpoint({
  method: 'POST',
  path: '/_matrix/client/v1/login/get_token',
  auth: 'user',
  rateLimit: 'login',
  body: Type.Object({ auth: Auth }),
  bodyOptional: true,
});
export const refresh = endpoint({
  method: 'POST',
  path: `${V3}/refresh`,
  auth: 'none',
  rateLimit: 'general',
  body: Type.Object({ refresh_token: Text }),
});
export const logout = endpoint({ method: 'POST', path: `${V3}/logout`, auth: 'guest', rateLimit: 'general', whileLocked: true });
export const logoutAll = endpoint({ method: 'POST', path: `${V3}/logout/all`, auth: 'guest', rateLimit: 'general', whileLocked: true });
export const whoami = endpoint({ method: 'GET', path: `${V3}/account/whoami`, auth: 'guest', rateLimit: 'general' });
export const changePassword = endpoint({
  method: 'POST',
  path: `${V3}/account/password`,
  auth: 'user',
  rateLimit: 'login',
  body: Type.Object({ auth: Auth, new_password: Text, logout_devices: OptionalFlag }),
});
export const deactivate = endpoint({
  method: 'POST',
  path: `${V3}/account/deactivate`,
  auth: 'user',
  rateLimit: 'login',
  body: Type.Object({ auth: Auth, erase: OptionalFlag }),
  bodyOptional: true,
});
export const threepids = endpoint({ method: 'GET', path: `${V3}/account/3pid`, auth: 'user', rateLimit: 'general' });
export const addThreepid = endpoint({
  method: 'POST',
  path: `${V3}/account/3pid/add`,
  aliases: [`${V3}/account/3pid`, `${V3}/account/3pid/bind`],
  auth: 'user',
  rateLimit: 'general',
  body: Type.Unknown(),
  bodyOptional: true,
});
/** Nothing is linked, so there is nothing to take off. */
export const deleteThreepid = endpoint({
  method: 'POST',
  path: `${V3}/account/3pid/delete`,
  aliases: [`${V3}/account/3pid/unbind`],
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ medium: Text, address: Text, id_server: OptionalText }),
});
export const requestThreepidToken = endpoint({
  method: 'POST',
  path: `${V3}/account/3pid/email/requestToken`,
  aliases: [
    `${V3}/account/3pid/msisdn/requestToken`,
    `${V3}/account/password/email/requestToken`,
    `${V3}/account/password/msisdn/requestToken`,
    `${V3}/register/email/requestToken`,
    `${V3}/register/msisdn/requestToken`,
  ],
  auth: 'none',
  rateLimit: 'login',
  body: Type.Unknown(),
  bodyOptional: true,
});
export const ssoRedirect = endpoint({
  method: 'GET',
  path: `${V3}/login/sso/redirect`,
  aliases: [`${V3}/login/sso/redirect/{idpId}`],
  auth: 'none',
  rateLimit: 'login',
  params: Type.Object({ idpId: OptionalText }),
  query: Type.Object({ redirectUrl: OptionalText }),
});
export const capabilities = endpoint({ method: 'GET', path: `${V3}/capabilities`, auth: 'guest', rateLimit: 'general' });

export const devices = endpoint({ method: 'GET', path: `${V3}/devices`, auth: 'user', rateLimit: 'general' });
const deviceParams = Type.Object({ deviceId: Text });
export const device = endpoint({ method: 'GET', path: `${V3}/devices/{deviceId}`, auth: 'user', rateLimit: 'general', params: deviceParams });
export const updateDevice = endpoint({
  method: 'PUT',
  path: `${V3}/devices/{deviceId}`,
  auth: 'user',
  rateLimit: 'general',
  params: deviceParams,
  body: Type.Object({ display_name: OptionalText }),
});
export const deleteDevice = endpoint({
  method: 'DELETE',
  path: `${V3}/devices/{deviceId}`,
  auth: 'user',
  rateLimit: 'general',
  params: deviceParams,
  body: Type.Object({ auth: Auth }),
  bodyOptional: true,
});
export const deleteDevices = endpoint({
  method: 'POST',
  path: `${V3}/delete_devices`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ auth: Auth, devices: Type.Array(Text) }),
});

/** For other services only: it opens nothing on this server. */
export const openidToken = endpoint({
  method: 'POST',
  path: `${V3}/user/{userId}/openid/request_token`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ userId: Text }),
  body: Type.Unknown(),
  bodyOptional: true,
});

const profileParams = Type.Object({ userId: Text });
const fieldParams = Type.Object({ userId: Text, keyName: Text });
export const profile = endpoint({ method: 'GET', path: `${V3}/profile/{userId}`, auth: 'optional', rateLimit: 'general', params: profileParams });
export const profileField = endpoint({
  method: 'GET',
  path: `${V3}/profile/{userId}/{keyName}`,
  auth: 'optional',
  rateLimit: 'general',
  params: fieldParams,
});
export const setProfileField = endpoint({
  method: 'PUT',
  path: `${V3}/profile/{userId}/{keyName}`,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'general',
  params: fieldParams,
  body: Type.Record(Type.String(), Type.Unknown()),
});
export const deleteProfileField = endpoint({
  method: 'DELETE',
  path: `${V3}/profile/{userId}/{keyName}`,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'general',
  params: fieldParams,
});
