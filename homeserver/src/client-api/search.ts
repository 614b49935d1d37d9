/** Searching (endpoint of spec/endpoints/client/search.ts). */
import { search } from '@nexuscomm/spec/endpoints/client/search.ts';
import { invalidParam } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { RawJson, handle, type Route } from '../http/handler.ts';
import type { MessageSearch } from '../search/message-search.ts';
import { SEARCH_KEYS, type SearchKey } from '../search/searchable-text.ts';
import { parseRoomEventFilter } from '../sync/sync-filter.ts';

const DEFAULT_RESULTS = 10;
const DEFAULT_CONTEXT = 5;
const MAX_CONTEXT = 50;

/** `maxResults`: in one page */
export function searchRoutes({ messages, maxResults }: { readonly messages: MessageSearch; readonly maxResults: number }): Route[] {
  return [
    handle(search, async ({ body, query, session }) => {
      const { room_events: wanted } = body.search_categories;
      if (!wanted) return { search_categories: {} };
      const { order_by: order = 'rank', event_context: around } = wanted;
      if (order !== 'rank' && order !== 'recent') throw invalidParam('order_by must be rank or recent.');
      const filter = parseRoomEventFilter((wanted.filter ?? {}) as JsonObject, 'filter');
      const contextLimit = (limit: number | undefined): number => Math.min(Math.max(0, limit ?? DEFAULT_CONTEXT), MAX_CONTEXT);
      const found = await messages.search(
        {
          term: wanted.search_term,
          keys: (wanted.keys ?? Object.keys(SEARCH_KEYS)).map(keyOf),
          order,
          filter,
          senders: wanted.filter?.['senders'] as string[] | undefined, // checked with the filter
          limit: Math.min(Math.max(1, filter.limit ?? DEFAULT_RESULTS), maxResults),
          context: around && {
            before: contextLimit(around.before_limit),
            after: contextLimit(around.after_limit),
            profiles: around.include_profile ?? false,
          },
          includeState: wanted.include_state ?? false,
          groupBy: (wanted.groupings?.group_by ?? []).map(({ key }) => groupOf(key)),
          nextBatch: query.next_batch,
        },
        session,
      );
      return new RawJson(`{"search_categories":{"room_events":${found}}}`);
    }),
  ];
}

function keyOf(key: string): number {
  if (!Object.hasOwn(SEARCH_KEYS, key)) throw invalidParam(`The keys to search are ${Object.keys(SEARCH_KEYS).join(', ')}.`);
  return SEARCH_KEYS[key as SearchKey];
}

function groupOf(key: string): 'room_id' | 'sender' {
  if (key !== 'room_id' && key !== 'sender') throw invalidParam('Results are grouped by room_id or sender.');
  return key;
}
