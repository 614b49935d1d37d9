/** Shapes that several federation endpoints share. Unknown members are always let through. */
import { Type } from 'typebox';
import type { JsonObject } from '../../json.ts';

export const FEDERATION_V1 = '/_matrix/federation/v1';
export const FEDERATION_V2 = '/_matrix/federation/v2';

export const Text = Type.String();
export const Texts = Type.Array(Text);
export const OptionalText = Type.Optional(Text);
export const OptionalInt = Type.Optional(Type.Integer());
export const OptionalFlag = Type.Optional(Type.Boolean());

/** A JSON object that is read elsewhere: an event in the format of its room version, keys, a profile. */
export const Json = Type.Unsafe<JsonObject>(Type.Object({}));
export const Jsons = Type.Array(Json);
export const Anything = Type.Array(Type.Unknown());

export const room = Type.Object({ roomId: Text });
export const roomAndUser = Type.Object({ roomId: Text, userId: Text });
export const roomAndEvent = Type.Object({ roomId: Text, eventId: Text });
export const Empty = Type.Object({});
