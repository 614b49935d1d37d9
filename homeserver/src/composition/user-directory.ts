/** Puts together what searching for users takes: the index, and who may find whom. */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { userDirectoryRoutes } from '../client-api/user-directory.ts';
import { findsAllUsers } from '../config/registration-mode.ts';
import type { Config } from '../config/schema.ts';
import type { Route } from '../http/handler.ts';
import type { Database } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';
import { DirectoryIndex } from '../user-directory/directory-index.ts';
import { UserDirectory } from '../user-directory/user-directory.ts';
import { VisibleUsers } from '../user-directory/visible-users.ts';
import type { Rooms } from './rooms.ts';

export interface UserDirectoryDeps {
  readonly settings: Config;
  readonly db: Database;
  readonly strings: StringTable;
  readonly rooms: Pick<Rooms, 'engine'>;
  readonly serverName: ServerName;
  readonly onError: (error: unknown) => void;
}

export function createUserDirectory(deps: UserDirectoryDeps): AsyncDisposable & { readonly routes: readonly Route[] } {
  const { settings, db, strings, rooms, serverName, onError } = deps;
  const { engine } = rooms;
  const index = new DirectoryIndex({ db, engine, strings, onError });
  const visible = new VisibleUsers({ db, strings, serverName, findAllUsers: findsAllUsers(settings) });
  return {
    routes: userDirectoryRoutes({ users: new UserDirectory({ db, engine, index, visible }) }),
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  };
}
