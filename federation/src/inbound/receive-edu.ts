/**
 * Takes in EDUs (Server-Server API, "EDUs" and the sections of their kinds). Each is checked for its form, its size and
 * that it speaks of the origin's own users only; what does not pass is dropped, and so is what this server does not know.
 */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isEventId, isRoomId, isUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { Edu, EduReceiver, EventId, JsonObject, Log, RoomId, ServerName, UserId } from '../ports.ts';

export interface ReceivedReceipt {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly eventId: EventId;
  /** ms since the epoch, as told */
  readonly ts: number;
  /** '' unthreaded, 'main', or the id of the thread's root */
  readonly thread: string;
}

export interface ReceivedPresence {
  readonly userId: UserId;
  readonly state: 'online' | 'unavailable' | 'offline';
  readonly statusMsg: string | undefined;
  /** ms */
  readonly lastActiveAgo: number;
}

export interface ReceivedToDevice {
  readonly sender: UserId;
  readonly type: string;
  readonly messageId: string;
  /** user -> device or `*` -> content */
  readonly messages: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

export interface ReceivedDevice {
  readonly deviceId: string;
  readonly displayName: string | undefined;
  readonly keys: JsonObject | undefined;
}

export interface DeviceListUpdate {
  readonly userId: UserId;
  readonly streamId: number;
  readonly prevIds: readonly number[];
  readonly deviceId: string;
  /** undefined: it was deleted */
  readonly device: ReceivedDevice | undefined;
}

export interface SigningKeyUpdate {
  readonly userId: UserId;
  readonly master: JsonObject | undefined;
  readonly selfSigning: JsonObject | undefined;
}

/** What becomes of EDUs that passed. Users are the origin's own; whether they are in the room is yet to be checked. */
export interface EduHandlers {
  typing(origin: ServerName, typing: { readonly roomId: RoomId; readonly userId: UserId; readonly typing: boolean }): Promise<void>;
  receipt(origin: ServerName, receipt: ReceivedReceipt): Promise<void>;
  presence(origin: ServerName, presence: ReceivedPresence): Promise<void>;
  toDevice(origin: ServerName, message: ReceivedToDevice): Promise<void>;
  deviceList(origin: ServerName, update: DeviceListUpdate): Promise<void>;
  signingKeys(origin: ServerName, update: SigningKeyUpdate): Promise<void>;
}

/** Of one EDU: receipts and presences that are taken in at most, messages, and bytes of what is kept of a key or a text. */
const MAX_RECEIPTS = 1_000;
const MAX_PRESENCES = 500;
const MAX_MESSAGES = 10_000;
const MAX_KEY_BYTES = 65_536;
const MAX_TEXT = 1_000;
const MAX_PREV_IDS = 100;
/** Code points; servers that allow themselves more are indulged, as the id only has to be stored. */
const MAX_MESSAGE_ID = 255;
const MAX_DEVICE_ID = 512;

const Text = Type.String({ maxLength: MAX_TEXT });
const User = Type.String({ maxLength: 255, pattern: '^@' });
const Json = Type.Unsafe<JsonObject>(Type.Object({}));
const OptionalJson = Type.Optional(Type.Union([Json, Type.Null()]));

const typing = Compile(Type.Object({ room_id: Text, user_id: User, typing: Type.Boolean() }));
const receiptSchema = Type.Object({
  event_ids: Type.Array(Text, { minItems: 1, maxItems: 100 }),
  data: Type.Object({ ts: Type.Integer(), thread_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) }),
});
const receipt = Compile(receiptSchema);
const presenceSchema = Type.Object({
  user_id: User,
  presence: Type.Union([Type.Literal('online'), Type.Literal('unavailable'), Type.Literal('offline')]),
  status_msg: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  last_active_ago: Type.Optional(Type.Number()),
});
const presence = Compile(presenceSchema);
const presences = Compile(Type.Object({ push: Type.Array(Type.Unknown()) }));
const toDevice = Compile(
  Type.Object({
    sender: User,
    type: Text,
    message_id: Type.String({ maxLength: MAX_MESSAGE_ID }),
    messages: Type.Record(Type.String(), Type.Record(Type.String(), Json)),
  }),
);
const deviceList = Compile(
  Type.Object({
    user_id: User,
    device_id: Type.String({ maxLength: MAX_DEVICE_ID }),
    stream_id: Type.Integer(),
    prev_id: Type.Optional(Type.Array(Type.Integer(), { maxItems: MAX_PREV_IDS })),
    deleted: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    device_display_name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    keys: OptionalJson,
  }),
);
const signingKeys = Compile(Type.Object({ user_id: User, master_key: OptionalJson, self_signing_key: OptionalJson }));

type Take = (handlers: EduHandlers, origin: ServerName, content: JsonObject) => Promise<boolean>;

/** By kind; false: it did not pass. */
const KINDS = new Map<string, Take>([
  ['m.typing', takeTyping],
  ['m.receipt', takeReceipts],
  ['m.presence', takePresences],
  ['m.direct_to_device', takeToDevice],
  ['m.device_list_update', takeDeviceList],
  ['m.signing_key_update', takeSigningKeys],
  ['org.matrix.signing_key_update', takeSigningKeys],
]);

/** Never throws. `onFailure`: this server failed at one that had passed. */
export function createEduReceiver(options: { handlers: EduHandlers; log: Log; onFailure: (error: unknown) => void }): EduReceiver {
  const { handlers, log, onFailure } = options;
  return {
    async receive(origin: ServerName, edu: Edu): Promise<void> {
      const { edu_type: kind, content } = edu;
      const take = KINDS.get(kind);
      if (!take) return;
      try {
        const passed = isJsonObject(content) && (await take(handlers, origin, content));
        if (!passed) log.debug({ origin, kind }, 'dropped an EDU that is not as it should be');
      } catch (error) {
        onFailure(error);
      }
    },
  };
}

async function takeTyping(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  if (!typing.Check(content) || !isRoomId(content.room_id) || !isOwn(origin, content.user_id)) return false;
  await handlers.typing(origin, { roomId: content.room_id, userId: content.user_id, typing: content.typing });
  return true;
}

/** room -> kind -> user -> receipt. One that is wrong does not spoil the others. */
async function takeReceipts(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  let all = true;
  let taken = 0;
  for (const [roomId, kinds] of Object.entries(content)) {
    const users = isJsonObject(kinds) ? kinds['m.read'] : undefined;
    if (!isRoomId(roomId) || !isJsonObject(users)) {
      all = false;
      continue;
    }
    for (const [userId, value] of Object.entries(users)) {
      const one = readReceipt(value);
      const eventId = one?.event_ids[0];
      if (!one || !isOwn(origin, userId) || eventId === undefined || !isEventId(eventId) || ++taken > MAX_RECEIPTS) all = false;
      else await handlers.receipt(origin, { roomId, userId, eventId, ts: one.data.ts, thread: one.data.thread_id ?? '' });
    }
  }
  return all;
}

function readReceipt(value: unknown): Static<typeof receiptSchema> | undefined {
  return receipt.Check(value) ? value : undefined;
}

async function takePresences(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  if (!presences.Check(content)) return false;
  let all = content.push.length <= MAX_PRESENCES;
  for (const one of content.push.slice(0, MAX_PRESENCES)) {
    if (!presence.Check(one) || !isOwn(origin, one.user_id)) {
      all = false;
      continue;
    }
    await handlers.presence(origin, {
      userId: one.user_id,
      state: one.presence,
      statusMsg: one.status_msg?.slice(0, MAX_TEXT),
      lastActiveAgo: Math.max(0, Math.round(one.last_active_ago ?? 0)),
    });
  }
  return all;
}

async function takeToDevice(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  if (!toDevice.Check(content) || !isOwn(origin, content.sender)) return false;
  const { sender, type, message_id: messageId, messages } = content;
  const count = Object.values(messages).reduce((sum, devices) => sum + Object.keys(devices).length, 0);
  if (count > MAX_MESSAGES) return false;
  await handlers.toDevice(origin, { sender, type, messageId, messages });
  return true;
}

async function takeDeviceList(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  if (!deviceList.Check(content) || !isOwn(origin, content.user_id)) return false;
  const { user_id: userId, device_id: deviceId } = content;
  const device = content.deleted === true ? undefined : readDevice(userId, { ...content, keys: content.keys ?? undefined });
  if (content.deleted !== true && !device) return false;
  await handlers.deviceList(origin, { userId, streamId: content.stream_id, prevIds: content.prev_id ?? [], deviceId, device });
  return true;
}

async function takeSigningKeys(handlers: EduHandlers, origin: ServerName, content: JsonObject): Promise<boolean> {
  if (!signingKeys.Check(content) || !isOwn(origin, content.user_id)) return false;
  const { user_id: userId, master_key: master, self_signing_key: selfSigning } = content;
  if (master && !isCrossSigningKey(userId, 'master', master)) return false;
  if (selfSigning && !isCrossSigningKey(userId, 'self_signing', selfSigning)) return false;
  await handlers.signingKeys(origin, { userId, master: master ?? undefined, selfSigning: selfSigning ?? undefined });
  return true;
}

const isOwn = (origin: ServerName, userId: string): userId is UserId => isUserId(userId) && serverNameOf(userId) === origin;

/** A device as another server tells it; undefined if it can't be that user's. */
export function readDevice(
  userId: string,
  told: { readonly device_id: string; readonly device_display_name?: string | null; readonly keys?: JsonObject | undefined },
): ReceivedDevice | undefined {
  const { device_id: deviceId, keys, device_display_name: name } = told;
  if (deviceId.length > MAX_DEVICE_ID) return undefined;
  if (keys && !isDeviceKeys(userId, deviceId, keys)) return undefined;
  return { deviceId, displayName: name?.slice(0, MAX_TEXT), keys };
}

/** Keys must say themselves whose they are, or one user's could be passed off as another's. */
export function isDeviceKeys(userId: string, deviceId: string, keys: JsonObject): boolean {
  const own = keys['user_id'] === userId && keys['device_id'] === deviceId;
  return own && isJsonObject(keys['keys']) && JSON.stringify(keys).length <= MAX_KEY_BYTES;
}

export function isCrossSigningKey(userId: string, usage: 'master' | 'self_signing', key: JsonObject): boolean {
  const usages = key['usage'];
  const keys = key['keys'];
  return (
    key['user_id'] === userId &&
    Array.isArray(usages) &&
    usages.includes(usage) &&
    isJsonObject(keys) &&
    Object.keys(keys).length === 1 &&
    JSON.stringify(key).length <= MAX_KEY_BYTES
  );
}
