/** Pushers and notifications (endpoints of spec/endpoints/client/push.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/push.ts';
import { MatrixError, invalidParam } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { BodyOf } from '@nexuscomm/spec/endpoint.ts';
import { RawJson, handle, type Route } from '../http/handler.ts';
import type { NotificationList } from '../push/notification-list.ts';
import type { NewPusher, Pusher } from '../push/pusher-table.ts';
import type { Pushers } from '../push/pushers.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';

export interface PushRoutesDeps {
  readonly pushers: Pushers;
  readonly notifications: NotificationList;
  readonly positions: StreamPositions;
  readonly now: () => number;
  /** gateways without TLS are allowed: closed networks and tests */
  readonly allowPlain: boolean;
}

const MAX_PUSHKEY_BYTES = 512;
const MAX_APP_ID_LENGTH = 64;
const MAX_TEXT_LENGTH = 255;
const MAX_DATA_LENGTH = 8 * 1024;
const GATEWAY_PATH = '/_matrix/push/v1/notify';
const DEFAULT_NOTIFICATIONS = 20;
const MAX_NOTIFICATIONS = 100;

export function pushRoutes({ pushers, notifications, positions, now, allowPlain }: PushRoutesDeps): Route[] {
  return [
    handle(api.getPushers, async ({ session }) => ({ pushers: pushers.of(session.userNid).map(render) })),
    handle(api.setPusher, async ({ body, session }) => {
      checkIds(body);
      if (body.kind === null) {
        await pushers.delete({ userNid: session.userNid, appId: body.app_id, pushkey: body.pushkey });
        return {};
      }
      const pusher = { ...read(body, body.kind, allowPlain), userNid: session.userNid, ts: now() };
      await pushers.set(pusher, { deviceNid: session.deviceNid, append: body.append ?? false, toldPos: positions.watermark });
      return {};
    }),
    handle(api.getNotifications, async ({ query, session }) => {
      if (query.only !== undefined && query.only !== 'highlight') throw invalidParam('only must be highlight.');
      const limit = Math.min(Math.max(1, query.limit ?? DEFAULT_NOTIFICATIONS), MAX_NOTIFICATIONS);
      return new RawJson(await notifications.page(session, { from: query.from, limit, highlightsOnly: query.only === 'highlight' }));
    }),
  ];
}

type Body = BodyOf<typeof api.setPusher>;

function checkIds({ app_id: appId, pushkey }: Body): void {
  if (pushkey === '' || Buffer.byteLength(pushkey) > MAX_PUSHKEY_BYTES) throw invalidParam(`pushkey has 1 to ${MAX_PUSHKEY_BYTES} bytes.`);
  if (appId === '' || appId.length > MAX_APP_ID_LENGTH) throw invalidParam(`app_id has 1 to ${MAX_APP_ID_LENGTH} characters.`);
  if (`${appId}${pushkey}`.includes('\u0000')) throw invalidParam('app_id and pushkey must be text.');
}

function read(body: Body, kind: string, allowPlain: boolean): Omit<NewPusher, 'userNid' | 'ts'> {
  const { app_display_name: appDisplayName, device_display_name: deviceDisplayName, lang, data, profile_tag: profileTag } = body;
  if (appDisplayName === undefined || deviceDisplayName === undefined || lang === undefined || data === undefined) {
    const missing = (['app_display_name', 'device_display_name', 'lang', 'data'] as const).filter((name) => body[name] === undefined);
    throw new MatrixError('M_MISSING_PARAM', 400, `The request lacks ${missing.join(', ')}.`);
  }
  if (kind !== 'http') throw invalidParam('The only kind of pushers here is http.');
  for (const text of [appDisplayName, deviceDisplayName, lang, profileTag ?? '']) {
    if (text.length > MAX_TEXT_LENGTH || text.includes('\u0000')) throw invalidParam(`Names have at most ${MAX_TEXT_LENGTH} characters.`);
  }
  if (JSON.stringify(data).length > MAX_DATA_LENGTH) throw invalidParam('data is too large.');
  checkUrl(data['url'], allowPlain);
  return { appId: body.app_id, pushkey: body.pushkey, kind, appDisplayName, deviceDisplayName, profileTag, lang, data: data as JsonObject };
}

function checkUrl(text: unknown, allowPlain: boolean): void {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  const secure = url?.protocol === 'https:' || (allowPlain && url?.protocol === 'http:');
  if (!url || !secure || url.pathname !== GATEWAY_PATH) throw invalidParam(`data.url must be an https address that ends in ${GATEWAY_PATH}.`);
}

const render = (pusher: Pusher): object => ({
  pushkey: pusher.pushkey,
  kind: pusher.kind,
  app_id: pusher.appId,
  app_display_name: pusher.appDisplayName,
  device_display_name: pusher.deviceDisplayName,
  ...(pusher.profileTag === undefined ? {} : { profile_tag: pusher.profileTag }),
  lang: pusher.lang,
  data: pusher.data,
});
