/** Puts together what searching messages takes: the index, and who asks it. */
import { searchRoutes } from '../client-api/search.ts';
import type { Config } from '../config/schema.ts';
import type { Route } from '../http/handler.ts';
import { MessageSearch } from '../search/message-search.ts';
import { ResultContext } from '../search/result-context.ts';
import { SearchIndex } from '../search/search-index.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Rooms } from './rooms.ts';

export interface SearchDeps {
  readonly settings: Pick<Config, 'search' | 'limits'>;
  readonly db: Database;
  readonly positions: StreamPositions;
  readonly rooms: Pick<Rooms, 'engine' | 'reader' | 'visibility'>;
  readonly hub: SyncHub;
  readonly onError: (error: unknown) => void;
}

export interface Search extends AsyncDisposable {
  readonly routes: readonly Route[];
}

export function createSearch({ settings, db, positions, rooms, hub, onError }: SearchDeps): Search {
  const { engine, reader, visibility } = rooms;
  const { language } = settings.search;
  const index = new SearchIndex({ db, engine, positions, language, onError });
  const context = new ResultContext({ engine, reader, pageEvents: settings.limits.page_events });
  const messages = new MessageSearch({ db, engine, reader, visibility, hub, index, context, language });
  return {
    routes: searchRoutes({ messages, maxResults: settings.search.max_results }),
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  };
}
