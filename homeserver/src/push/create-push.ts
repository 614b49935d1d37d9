/** Puts together what telling push gateways takes. */
import { pushRoutes } from '../client-api/push.ts';
import type { Config } from '../config/schema.ts';
import type { Route } from '../http/handler.ts';
import { OutboundClient, type OutboundClientOptions } from '../outbound/outbound-client.ts';
import type { RoomReader } from '../rooms/room-reader.ts';
import type { Database } from '../storage/database.ts';
import { NotificationList } from './notification-list.ts';
import { createPushGateway } from './push-gateway.ts';
import { PushNotifier, type PushNotifierOptions } from './push-notifier.ts';
import { Pushers } from './pushers.ts';

export interface PushDeps extends Omit<PushNotifierOptions, 'pushers' | 'gateway' | 'limits'> {
  readonly db: Database;
  readonly reader: RoomReader;
  readonly settings: Config['push'];
  readonly web: Pick<OutboundClientOptions, 'resolver' | 'trust' | 'userAgent'>;
}

export interface Push extends AsyncDisposable {
  readonly routes: readonly Route[];
  readonly pushers: Pushers;
  readonly notifier: PushNotifier;
}

export async function createPush(deps: PushDeps): Promise<Push> {
  const { db, settings, web, positions, clock } = deps;
  const { allow_private_addresses: open } = settings;
  const pushers = await Pushers.open(db);
  const client = new OutboundClient({ ...web, allowPrivateAddresses: open, allowPlain: open, timeoutMs: settings.timeout_ms });
  const stopping = new AbortController();
  const notifier = new PushNotifier({
    ...deps,
    pushers,
    gateway: createPushGateway(client, stopping.signal),
    limits: { retryMinMs: settings.retry_min_ms, retryMaxMs: settings.retry_max_ms, giveUpMs: settings.give_up_ms },
  });
  const notifications = new NotificationList(deps);
  return {
    routes: pushRoutes({ pushers, notifications, positions, now: () => clock.now(), allowPlain: open }),
    pushers,
    notifier,
    [Symbol.asyncDispose]: async () => {
      const ended = notifier[Symbol.asyncDispose]();
      stopping.abort();
      await ended;
      await client[Symbol.asyncDispose]();
    },
  };
}
