/**
 * Own splits as they are kept: global account data `io.nexuscomm.splits` of every account, and the same in IndexedDB.
 * `{ splits: [{ id, name, place, ts, users?, networks?, kinds?, only_unread?, only_mentions?, only_favourites?, words? }
 * | { id, ts, removed: true }] }`. Of two records of an id the newer counts, so accounts and browsers that meet late agree.
 * What is read may come from anybody's client: what does not fit is dropped, what is too much is cut.
 */
import { safeName } from '../messages/safe-text.ts';
import type { OwnSplit } from './splits.ts';

export const SPLITS_TYPE = 'io.nexuscomm.splits';
/** Splits of a person; of more, the newest. */
export const MAX_SPLITS = 20;
/** UTF-16 units */
export const MAX_SPLIT_NAME = 40;
/** UTF-16 units */
export const MAX_SPLIT_WORDS = 100;
/** Accounts or networks that one split names. */
export const MAX_SPLIT_CHOICES = 20;
/** How long it is remembered that a split was removed; whoever has not been in step for longer brings it back. */
export const TOMBSTONE_MS = 90 * 24 * 3_600_000;

const MAX_TOMBSTONES = 100;
/** Entries of a list that are looked at. */
const MAX_READ = 500;
const MAX_ID = 255;
/** A clock that runs further ahead than this is not believed, or nothing done elsewhere would ever be newer. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What of a split the person chooses. Accounts are user ids: account keys are names of one browser only. */
export interface SplitDraft extends Omit<OwnSplit, 'id' | 'accountKeys'> {
  readonly userIds?: readonly string[] | undefined;
}

export interface SavedSplit extends SplitDraft {
  readonly id: string;
  /** Splits stand in ascending order; equal ones by id. */
  readonly place: number;
  /** ms; when it was last changed */
  readonly ts: number;
}

export interface RemovedSplit {
  readonly id: string;
  readonly ts: number;
  readonly removed: true;
}

export type SplitRecord = SavedSplit | RemovedSplit;
export type SplitRecords = ReadonlyMap<string, SplitRecord>;

export const isRemoved = (record: SplitRecord): record is RemovedSplit => 'removed' in record;

export function parseSplits(content: unknown, now: number): SplitRecords {
  const list = asObject(content)?.['splits'];
  const records = new Map<string, SplitRecord>();
  for (const entry of Array.isArray(list) ? list.slice(0, MAX_READ) : []) {
    const record = parseRecord(entry, now);
    if (!record) continue;
    const known = records.get(record.id);
    if (!known || isNewer(record, known)) records.set(record.id, record);
  }
  return records;
}

/** Everything of both, as far as it is to be kept. */
export function mergeSplits(a: SplitRecords, b: SplitRecords, now: number): SplitRecords {
  const merged = new Map(a);
  for (const [id, record] of b) {
    const known = merged.get(id);
    if (!known || isNewer(record, known)) merged.set(id, record);
  }
  const newest = [...merged.values()].toSorted((one, other) => other.ts - one.ts || (one.id < other.id ? -1 : 1));
  const removed = newest.filter((record) => isRemoved(record) && record.ts > now - TOMBSTONE_MS).slice(0, MAX_TOMBSTONES);
  const saved = newest.filter((record) => !isRemoved(record)).slice(0, MAX_SPLITS);
  return new Map([...saved, ...removed].map((record) => [record.id, record]));
}

/** Whether `records` has news for whoever knows `known`. That something is gone is no news to who never had it. */
export function hasNews(records: SplitRecords, known: SplitRecords): boolean {
  for (const [id, record] of records) {
    const other = known.get(id);
    if (other ? isNewer(record, other) : !isRemoved(record)) return true;
  }
  return false;
}

export function splitsContent(records: SplitRecords): Record<string, unknown> {
  return { splits: [...records.values()].map((record) => (isRemoved(record) ? record : toEntry(record))) };
}

/** As it is read back; undefined without a name. */
export function makeSplit(id: string, { place, ts }: { place: number; ts: number }, draft: SplitDraft): SavedSplit | undefined {
  const record = parseRecord(toEntry({ ...draft, id, place, ts }), ts);
  return record && !isRemoved(record) ? record : undefined;
}

function toEntry(split: SavedSplit): Record<string, unknown> {
  const { id, name, place, ts, userIds, networks, kinds, onlyUnread, onlyMentions, onlyFavourites, words } = split;
  const entry = { id, name, place, ts, users: userIds, networks, kinds, words };
  return { ...entry, only_unread: onlyUnread, only_mentions: onlyMentions, only_favourites: onlyFavourites };
}

function parseRecord(entry: unknown, now: number): SplitRecord | undefined {
  const fields = asObject(entry);
  const { id, ts: given, place, words } = fields ?? {};
  if (!fields || typeof id !== 'string' || !/^[\da-z]{1,32}$/i.test(id)) return undefined;
  if (typeof given !== 'number' || !Number.isFinite(given) || given < 0) return undefined;
  // Plus zero: JSON does not keep a negative one.
  const ts = Math.min(given, now + MAX_AHEAD_MS) + 0;
  if (fields['removed'] === true) return { id, ts, removed: true };
  const name = cut(safeName(fields['name'], ''), MAX_SPLIT_NAME);
  if (name === '') return undefined;
  const kinds = choices(fields['kinds']).filter((kind) => kind === 'direct' || kind === 'room');
  return {
    id,
    ts,
    name,
    place: Number.isSafeInteger(place) ? (place as number) + 0 : 0,
    ...some('userIds', choices(fields['users'])),
    ...some('networks', choices(fields['networks'])),
    ...some('kinds', kinds),
    ...(fields['only_unread'] === true && { onlyUnread: true }),
    ...(fields['only_mentions'] === true && { onlyMentions: true }),
    ...(fields['only_favourites'] === true && { onlyFavourites: true }),
    ...(typeof words === 'string' && words.trim() !== '' && { words: cut(words.trim(), MAX_SPLIT_WORDS) }),
  };
}

/** A total order of the records of an id. In the same moment, removing wins. */
function isNewer(record: SplitRecord, known: SplitRecord): boolean {
  if (record.ts !== known.ts) return record.ts > known.ts;
  if (isRemoved(record) !== isRemoved(known)) return isRemoved(record);
  return JSON.stringify(record) > JSON.stringify(known);
}

/** Different ids, in one order, however they were chosen. */
function choices(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  const ids = list.slice(0, MAX_READ).filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= MAX_ID);
  return [...new Set(ids)].toSorted().slice(0, MAX_SPLIT_CHOICES);
}

const some = <Name extends string, Item>(name: Name, list: Item[]) => (list.length > 0 ? ({ [name]: list } as Record<Name, Item[]>) : {});

/** Not through the middle of a character of two units. */
const cut = (text: string, length: number): string =>
  text
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
