/** Puts together what users are: accounts, sessions, profiles, and in which rooms they are. */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { AccountStore } from '../accounts/account-store.ts';
import { Accounts } from '../accounts/accounts.ts';
import { Deactivation } from '../accounts/deactivation.ts';
import { GuestRemoval } from '../accounts/guest-removal.ts';
import { InteractiveAuth } from '../accounts/interactive-auth.ts';
import { LastSeen } from '../accounts/last-seen.ts';
import { Moderation } from '../accounts/moderation.ts';
import { OpenIdTokens } from '../accounts/openid-tokens.ts';
import { Profiles } from '../accounts/profiles.ts';
import { Sessions } from '../accounts/sessions.ts';
import type { Config } from '../config/schema.ts';
import { Memberships } from '../rooms/memberships.ts';
import type { Database } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Rooms } from './rooms.ts';

export interface UsersDeps {
  readonly settings: Pick<Config, 'accounts' | 'registration'>;
  readonly db: Database;
  readonly strings: StringTable;
  readonly rooms: Pick<Rooms, 'engine' | 'aliases' | 'erasures'>;
  readonly hub: SyncHub;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export interface Users {
  readonly store: AccountStore;
  readonly sessions: Sessions;
  readonly accounts: Accounts;
  readonly profiles: Profiles;
  readonly memberships: Memberships;
  readonly deactivation: Deactivation;
  readonly guestRemoval: GuestRemoval;
  readonly moderation: Moderation;
  readonly interactiveAuth: InteractiveAuth;
  readonly openIdTokens: OpenIdTokens;
  readonly lastSeen: LastSeen;
  /** there is such a user here */
  readonly isUser: (userId: string) => Promise<boolean>;
}

export function createUsers({ settings, db, strings, rooms, hub, serverName, now, onError }: UsersDeps): Users {
  const { accounts: accountSettings, registration } = settings;
  const store = new AccountStore(db);
  const sessions = new Sessions({
    db,
    accessTokenLifetimeMs: accountSettings.access_token_lifetime_ms,
    cacheSize: accountSettings.session_cache,
    now,
  });
  const accounts = new Accounts({
    store,
    sessions,
    strings,
    serverName,
    now,
    passwordCost: { memoryKib: accountSettings.argon2_memory_kib, passes: accountSettings.argon2_passes },
    minPasswordLength: registration.min_password_length,
    sharedSecret: registration.shared_secret,
    loginTokenLifetimeMs: accountSettings.login_token_lifetime_ms,
  });
  const profiles = new Profiles(db);
  const memberships = new Memberships({
    db,
    engine: rooms.engine,
    aliases: rooms.aliases,
    profiles,
    serverName,
    onForgotten: (userNid, roomNid) => hub.setForgotten(userNid, roomNid, true),
  });
  profiles.connect((user) => memberships.propagateProfile(user));
  return {
    store,
    sessions,
    accounts,
    profiles,
    memberships,
    deactivation: new Deactivation({ db, memberships, profiles, erasures: rooms.erasures }),
    guestRemoval: new GuestRemoval({ db, engine: rooms.engine, memberships, onError }),
    moderation: new Moderation({ db, sessions, serverName }),
    interactiveAuth: new InteractiveAuth(accountSettings.interactive_auth_lifetime_ms),
    openIdTokens: new OpenIdTokens({ db, lifetimeMs: accountSettings.openid_token_lifetime_ms, now }),
    lastSeen: new LastSeen({ store, now, onError }),
    isUser: async (userId) => (await profiles.find(userId)) !== undefined,
  };
}
