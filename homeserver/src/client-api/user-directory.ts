/** Finding users (endpoint of spec/endpoints/client/rooms.ts). */
import { searchUsers } from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { handle, type Route } from '../http/handler.ts';
import type { UserDirectory } from '../user-directory/user-directory.ts';

const DEFAULT_USERS = 10;
const MAX_USERS = 50;

export function userDirectoryRoutes({ users }: { readonly users: UserDirectory }): Route[] {
  return [
    handle(searchUsers, async ({ body, session }) => {
      const limit = Math.min(Math.max(0, body.limit ?? DEFAULT_USERS), MAX_USERS);
      const { results, limited } = await users.search(session.userNid, { term: body.search_term, limit });
      return {
        results: results.map(({ userId, displayName, avatarUrl }) => ({
          user_id: userId,
          ...(displayName === undefined ? {} : { display_name: displayName }),
          ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
        })),
        limited,
      };
    }),
  ];
}
