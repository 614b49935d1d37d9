/** What belongs to a user: account data, tags, filters, receipts, typing, push rules, sync. */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Type.String());
const AnyObject = Type.Record(Type.String(), Type.Unknown());
const V3 = '/_matrix/client/v3';
const USER = `${V3}/user/{userId}`;
const ROOM = `${V3}/rooms/{roomId}`;

export const sync = endpoint({
  method: 'GET',
  path: `${V3}/sync`,
  auth: 'guest',
  rateLimit: 'none',
  query: Type.Object({
    filter: OptionalText,
    since: OptionalText,
    full_state: Type.Optional(Type.Boolean()),
    set_presence: OptionalText,
    timeout: Type.Optional(Type.Integer({ minimum: 0 })),
    use_state_after: Type.Optional(Type.Boolean()),
    'org.matrix.msc4222.use_state_after': Type.Optional(Type.Boolean()),
  }),
});
export const createFilter = endpoint({
  method: 'POST',
  path: `${USER}/filter`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ userId: Text }),
  body: AnyObject,
});
export const getFilter = endpoint({
  method: 'GET',
  path: `${USER}/filter/{filterId}`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ userId: Text, filterId: Text }),
});

const globalParams = Type.Object({ userId: Text, type: Text });
const roomParams = Type.Object({ userId: Text, roomId: Text, type: Text });
export const getAccountData = endpoint({
  method: 'GET',
  path: `${USER}/account_data/{type}`,
  auth: 'guest',
  rateLimit: 'general',
  params: globalParams,
});
export const setAccountData = endpoint({
  method: 'PUT',
  path: `${USER}/account_data/{type}`,
  auth: 'guest',
  rateLimit: 'general',
  params: globalParams,
  body: AnyObject,
});
export const getRoomAccountData = endpoint({
  method: 'GET',
  path: `${USER}/rooms/{roomId}/account_data/{type}`,
  auth: 'guest',
  rateLimit: 'general',
  params: roomParams,
});
export const setRoomAccountData = endpoint({
  method: 'PUT',
  path: `${USER}/rooms/{roomId}/account_data/{type}`,
  auth: 'guest',
  rateLimit: 'general',
  params: roomParams,
  body: AnyObject,
});
const tagParams = Type.Object({ userId: Text, roomId: Text, tag: Text });
export const getTags = endpoint({
  method: 'GET',
  path: `${USER}/rooms/{roomId}/tags`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ userId: Text, roomId: Text }),
});
export const setTag = endpoint({
  method: 'PUT',
  path: `${USER}/rooms/{roomId}/tags/{tag}`,
  auth: 'guest',
  rateLimit: 'general',
  params: tagParams,
  body: AnyObject,
});
export const deleteTag = endpoint({
  method: 'DELETE',
  path: `${USER}/rooms/{roomId}/tags/{tag}`,
  auth: 'guest',
  rateLimit: 'general',
  params: tagParams,
});

export const setTyping = endpoint({
  method: 'PUT',
  path: `${ROOM}/typing/{userId}`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text, userId: Text }),
  body: Type.Object({ typing: Type.Boolean(), timeout: Type.Optional(Type.Integer()) }),
});
export const sendReceipt = endpoint({
  method: 'POST',
  path: `${ROOM}/receipt/{receiptType}/{eventId}`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text, receiptType: Text, eventId: Text }),
  body: Type.Object({ thread_id: OptionalText }),
  bodyOptional: true,
});
export const setReadMarkers = endpoint({
  method: 'POST',
  path: `${ROOM}/read_markers`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text }),
  body: Type.Object({ 'm.fully_read': OptionalText, 'm.read': OptionalText, 'm.read.private': OptionalText }),
  bodyOptional: true,
});

const PUSH = `${V3}/pushrules`;
const ruleParams = Type.Object({ kind: Text, ruleId: Text });
export const getPushRules = endpoint({ method: 'GET', path: `${PUSH}/`, aliases: [PUSH], auth: 'user', rateLimit: 'general' });
export const getGlobalPushRules = endpoint({
  method: 'GET',
  path: `${PUSH}/global/`,
  aliases: [`${PUSH}/global`],
  auth: 'user',
  rateLimit: 'general',
});
export const getPushRule = endpoint({
  method: 'GET',
  path: `${PUSH}/global/{kind}/{ruleId}`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
});
export const setPushRule = endpoint({
  method: 'PUT',
  path: `${PUSH}/global/{kind}/{ruleId}`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
  query: Type.Object({ before: OptionalText, after: OptionalText }),
  body: Type.Object({ actions: Type.Array(Type.Unknown()), conditions: Type.Optional(Type.Array(AnyObject)), pattern: OptionalText }),
});
export const deletePushRule = endpoint({
  method: 'DELETE',
  path: `${PUSH}/global/{kind}/{ruleId}`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
});
export const getPushRuleEnabled = endpoint({
  method: 'GET',
  path: `${PUSH}/global/{kind}/{ruleId}/enabled`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
});
export const setPushRuleEnabled = endpoint({
  method: 'PUT',
  path: `${PUSH}/global/{kind}/{ruleId}/enabled`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
  body: Type.Object({ enabled: Type.Boolean() }),
});
export const getPushRuleActions = endpoint({
  method: 'GET',
  path: `${PUSH}/global/{kind}/{ruleId}/actions`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
});
export const setPushRuleActions = endpoint({
  method: 'PUT',
  path: `${PUSH}/global/{kind}/{ruleId}/actions`,
  auth: 'user',
  rateLimit: 'general',
  params: ruleParams,
  body: Type.Object({ actions: Type.Array(Type.Unknown()) }),
});
export const getPresence = endpoint({
  method: 'GET',
  path: `${V3}/presence/{userId}/status`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ userId: Text }),
});
export const setPresence = endpoint({
  method: 'PUT',
  path: `${V3}/presence/{userId}/status`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ userId: Text }),
  body: Type.Object({ presence: Text, status_msg: Type.Optional(Type.Union([Text, Type.Null()])) }),
});
