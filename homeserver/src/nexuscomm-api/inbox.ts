/** GET /_nexuscomm/client/v1/inbox (endpoints of spec/endpoints/nexuscomm/inbox.ts). */
import * as api from '@nexuscomm/spec/endpoints/nexuscomm/inbox.ts';
import { handle, type Route } from '../http/handler.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { parseInboxToken } from '../inbox/inbox-token.ts';

export function inboxRoutes({ inbox }: { readonly inbox: Inbox }): Route[] {
  return [
    handle(api.inbox, async ({ query, session }) =>
      inbox.page(session, {
        limit: query.limit ?? api.DEFAULT_INBOX_PAGE,
        from: query.from === undefined ? undefined : parseInboxToken(query.from),
      }),
    ),
  ];
}
