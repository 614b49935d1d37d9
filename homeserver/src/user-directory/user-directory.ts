/**
 * Searching for users (Client-Server API, "User Directory"). The index says who may be meant; of those the searcher may find,
 * each is shown with a name that the searcher may know: that of the profile for users of this server, for others one from the
 * rooms by which they are found.
 */
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { directoryWords } from './directory-words.ts';
import { foldText } from './fold-text.ts';
import type { VisibleUsers } from './visible-users.ts';

export interface FoundUser {
  readonly userId: UserId;
  readonly displayName: string | undefined;
  readonly avatarUrl: string | undefined;
}

export interface UserDirectoryDeps {
  readonly db: Queryable;
  readonly engine: Pick<RoomEngine, 'events' | 'strings'>;
  readonly index: Pick<DirectoryIndex, 'current'>;
  readonly visible: VisibleUsers;
}

const selectProfiles = sql(
  'user_search_profiles',
  `select a.user_nid, n.value as displayname, p.value as avatar_url from account a
   left join profile_field n on n.user_nid = a.user_nid and n.field = 'displayname'
   left join profile_field p on p.user_nid = a.user_nid and p.field = 'avatar_url'
   where a.user_nid = any($1::int4[])`,
);

/** Entries looked at first. */
const FIRST_LOOK = 500;
/** Users taken at once of all who may be found. */
const PAGE = 1_000;

export class UserDirectory {
  readonly #deps: UserDirectoryDeps;

  constructor(deps: UserDirectoryDeps) {
    this.#deps = deps;
  }

  /** The users who fit best, `limit` at most; `limited`: there are more. Nobody is meant by nothing. */
  async search(searcherNid: number, { term, limit }: { term: string; limit: number }): Promise<{ results: FoundUser[]; limited: boolean }> {
    const folded = foldText(term);
    if (folded === '') return { results: [], limited: false };
    await this.#deps.index.current();
    const found: FoundUser[] = [];
    for await (const userNids of this.#candidates(searcherNid, folded)) {
      for (let at = 0; at < userNids.length && found.length <= limit; at += limit + 1) {
        found.push(...(await this.#known(searcherNid, userNids.slice(at, at + limit + 1), folded)));
      }
      if (found.length > limit) break;
    }
    return { results: found.slice(0, limit), limited: found.length > limit };
  }

  /** Users who may be found and whose entry has the term, best first, a few at first. */
  async *#candidates(searcherNid: number, folded: string): AsyncGenerator<readonly number[]> {
    const { visible } = this.#deps;
    const best = await visible.amongBest(searcherNid, folded, FIRST_LOOK);
    yield best.userNids;
    if (best.isAll) return;
    const seen = new Set(best.userNids);
    for (let after = 0; ; after += PAGE) {
      const page = await visible.page(searcherNid, folded, { after, count: PAGE });
      yield page.filter((userNid) => !seen.has(userNid));
      if (page.length < PAGE) return;
    }
  }

  /** Those of the users whom the term fits as far as the searcher knows them, in their order. */
  async #known(searcherNid: number, userNids: readonly number[], folded: string): Promise<FoundUser[]> {
    const { db, engine, visible } = this.#deps;
    const profiles = await db.query<{ user_nid: number; displayname: string | null; avatar_url: string | null }>(selectProfiles, [userNids]);
    const local = new Map(
      profiles.map((row) => [row.user_nid, [{ displayname: parsed(row.displayname), avatar_url: parsed(row.avatar_url) } as MemberProfile]]),
    );
    const memberships = await visible.memberEvents(
      searcherNid,
      userNids.filter((userNid) => !local.has(userNid)),
    );
    const events = await engine.events.byNids([...memberships.values()].flat());
    const userIds = (await engine.strings.texts(userNids)) as UserId[];
    return userNids.flatMap((userNid, i) => {
      const remote = memberships.get(userNid)?.flatMap((nid) => (events.get(nid)?.content as MemberProfile | undefined) ?? []);
      return knownAs(userIds[i]!, local.get(userNid) ?? remote ?? [], folded) ?? [];
    });
  }
}

/** As in m.room.member. Other servers may write anything there. */
interface MemberProfile {
  readonly displayname?: unknown;
  readonly avatar_url?: unknown;
}

/** The user under the first profile that has the term, else, if the id has it, under the first; undefined if nothing has it. */
function knownAs(userId: UserId, profiles: readonly MemberProfile[], folded: string): FoundUser | undefined {
  const fits = (names: readonly unknown[]): boolean =>
    directoryWords(
      userId,
      names.filter((name) => typeof name === 'string'),
    ).words.includes(folded);
  const isFoundById = fits([]);
  const profile = profiles.find(({ displayname }) => textOf(displayname) !== undefined && (isFoundById || fits([displayname])));
  if (!profile && !isFoundById) return undefined;
  const { displayname, avatar_url: avatarUrl } = profile ?? profiles[0] ?? {};
  return { userId, displayName: textOf(displayname), avatarUrl: textOf(avatarUrl) };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const parsed = (json: string | null): unknown => (json === null ? undefined : JSON.parse(json));
