/** One notification to a push gateway (Push Gateway API, POST /_matrix/push/v1/notify). */
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { OutboundError, type OutboundClient } from '../outbound/outbound-client.ts';
import type { Pusher } from './pusher-table.ts';

/** What there is to tell of an event, without the recipient's part; undefined: only the counts changed. */
export interface EventNotice {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly senderDisplayName: string | undefined;
  readonly roomName: string | undefined;
  readonly roomAlias: string | undefined;
  readonly userIsTarget: boolean;
  readonly content: JsonObject;
  readonly actions: readonly unknown[];
}

export interface PushGateway {
  /** True if the gateway rejects the pushkey. Throws OutboundError. */
  send(pusher: Pusher, notice: EventNotice | undefined, unread: number): Promise<boolean>;
}

const MAX_ANSWER_BYTES = 64 * 1024;
const TOO_MANY = 429;

export function createPushGateway(client: OutboundClient, signal: AbortSignal): PushGateway {
  return {
    send: async (pusher, notice, unread) => {
      const { url } = pusher.data;
      if (typeof url !== 'string') throw new OutboundError('the pusher names no gateway', false);
      const response = await client.request({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ notification: notificationOf(pusher, notice, unread) }),
        signal,
      });
      const text = await readText(response.body);
      if (response.status !== 200) {
        const temporary = response.status >= 500 || response.status === TOO_MANY;
        throw new OutboundError(`the push gateway answered ${response.status}`, temporary);
      }
      return rejectedIn(text).includes(pusher.pushkey);
    },
  };
}

function notificationOf(pusher: Pusher, notice: EventNotice | undefined, unread: number): JsonObject {
  const { url: _url, ...data } = pusher.data;
  const device = {
    app_id: pusher.appId,
    pushkey: pusher.pushkey,
    pushkey_ts: Math.floor(pusher.ts / 1000),
    data,
    ...(notice ? { tweaks: tweaksOf(notice.actions) } : {}),
  };
  const counts = unread === 0 ? {} : { unread };
  if (!notice) return { prio: 'low', counts, devices: [device] };
  const common = { event_id: notice.eventId, room_id: notice.roomId, prio: 'high', counts, devices: [device] };
  if (pusher.data['format'] === 'event_id_only') return common;
  const optional = { sender_display_name: notice.senderDisplayName, room_name: notice.roomName, room_alias: notice.roomAlias };
  return {
    ...common,
    type: notice.type,
    sender: notice.sender,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(notice.userIsTarget ? { user_is_target: true } : {}),
    content: notice.content,
  };
}

function tweaksOf(actions: readonly unknown[]): JsonObject {
  const tweaks: Record<string, JsonObject[string]> = {};
  for (const action of actions) {
    if (!isJsonObject(action) || typeof action['set_tweak'] !== 'string') continue;
    tweaks[action['set_tweak']] = action['value'] ?? true;
  }
  return tweaks;
}

function rejectedIn(text: string): readonly unknown[] {
  try {
    const answer: unknown = JSON.parse(text);
    return isJsonObject(answer) && Array.isArray(answer['rejected']) ? answer['rejected'] : [];
  } catch {
    return [];
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new OutboundError('the push gateway answered too much', false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
