/** Pushers and notifications (Client-Server API, "Push Notifications"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Text);
const V3 = '/_matrix/client/v3';

export const getPushers = endpoint({ method: 'GET', path: `${V3}/pushers`, auth: 'user', rateLimit: 'general' });
export const setPusher = endpoint({
  method: 'POST',
  path: `${V3}/pushers/set`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({
    pushkey: Text,
    kind: Type.Union([Text, Type.Null()]),
    app_id: Text,
    app_display_name: OptionalText,
    device_display_name: OptionalText,
    profile_tag: OptionalText,
    lang: OptionalText,
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    append: Type.Optional(Type.Boolean()),
  }),
});
export const getNotifications = endpoint({
  method: 'GET',
  path: `${V3}/notifications`,
  auth: 'user',
  rateLimit: 'general',
  query: Type.Object({ from: OptionalText, limit: Type.Optional(Type.Integer()), only: OptionalText }),
});
