/** Administering users (endpoints of spec/endpoints/client/admin.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/admin.ts';
import { forbidden } from '@nexuscomm/spec/errors.ts';
import type { Moderation } from '../accounts/moderation.ts';
import { handle, type Route } from '../http/handler.ts';

export function adminRoutes({ moderation }: { readonly moderation: Moderation }): Route[] {
  return [
    handle(api.whois, async ({ params, session }) => {
      if (params.userId !== session.userId && !session.isAdmin) throw forbidden('Only administrators see where others log in from.');
      const devices = await moderation.devices(params.userId);
      return {
        user_id: params.userId,
        devices: Object.fromEntries(
          devices.map((device) => {
            const { last_ip: ip, last_seen: seen, user_agent: agent } = device;
            const connections = seen === null ? [] : [{ ip: ip ?? '', last_seen: seen, user_agent: agent ?? '' }];
            return [device.device_id, { sessions: [{ connections }] }];
          }),
        ),
      };
    }),
    handle(api.isLocked, async ({ params }) => ({ locked: await moderation.is('locked', params.userId) })),
    handle(api.lock, async ({ params, body, session }) => {
      await moderation.set('locked', params.userId, body.locked, session.userId);
      return { locked: body.locked };
    }),
    handle(api.isSuspended, async ({ params }) => ({ suspended: await moderation.is('suspended', params.userId) })),
    handle(api.suspend, async ({ params, body, session }) => {
      await moderation.set('suspended', params.userId, body.suspended, session.userId);
      return { suspended: body.suspended };
    }),
  ];
}
