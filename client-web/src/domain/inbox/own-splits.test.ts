import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccountRecord } from '../accounts/account.ts';
import { MemoryDatabase } from '../storage/database.ts';
import { orderConversations } from './order-conversations.ts';
import { OwnSplits, ownSplitOf, type SplitSlot } from './own-splits.ts';
import { hasNews, isRemoved, MAX_SPLIT_NAME, MAX_SPLITS, mergeSplits, parseSplits, splitsContent, TOMBSTONE_MS } from './saved-splits.ts';
import { countOwnSplits, type OwnSplit } from './splits.ts';
import { fakeConversation, someConversations } from './testing/fake-conversation.ts';

const DAY_MS = 24 * 3_600_000;
let now: number;
beforeEach(() => {
  now = 1_000 * DAY_MS;
});

/** Account data at a server; every device that follows it hears of every change. */
class AccountData {
  content: unknown;
  writes = 0;
  /** While it can't be reached. */
  away = false;
  readonly #followers = new Set<() => void>();

  constructor(content?: unknown) {
    this.content = content;
  }

  set(content: unknown): void {
    this.content = JSON.parse(JSON.stringify(content));
    for (const changed of this.#followers) changed();
  }

  get slot(): SplitSlot {
    return {
      read: () => this.content,
      write: async (content) => {
        await Promise.resolve();
        if (this.away) throw new Error('no network');
        this.writes++;
        this.set(content);
      },
      follow: (changed) => {
        this.#followers.add(changed);
        return () => this.#followers.delete(changed);
      },
    };
  }

  get names(): string[] {
    return [...parseSplits(this.content, now).values()].map((record) => (isRemoved(record) ? `no ${record.id}` : record.name)).toSorted();
  }
}

/** Until everything that was started has been written. */
const settle = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const browser = (): OwnSplits => new OwnSplits(new MemoryDatabase(), () => now);
const names = (splits: OwnSplits): string[] => splits.state.getState().splits.map(({ name }) => name);
const saved = (id: string, name: string, ts: number, more = {}) => ({ id, name, ts, place: 0, ...more });

describe('accounts and browsers come to the same', () => {
  test('what one account has, the others get', async () => {
    const [home, work] = [new AccountData({ splits: [saved('a', 'Garden', 5)] }), new AccountData({ splits: [saved('b', 'Team', 6)] })];
    const splits = browser();
    splits.connect(home.slot);
    splits.connect(work.slot);
    await settle();
    expect(names(splits)).toEqual(['Garden', 'Team']);
    expect([home.names, work.names]).toEqual([
      ['Garden', 'Team'],
      ['Garden', 'Team'],
    ]);
    expect([home.writes, work.writes]).toEqual([1, 1]);
  });

  test('the newest of an id counts, whichever account has it', async () => {
    const [home, work] = [new AccountData({ splits: [saved('a', 'New', 9)] }), new AccountData({ splits: [saved('a', 'Old', 5)] })];
    for (const order of [
      [home, work],
      [work, home],
    ]) {
      const splits = browser();
      for (const account of order) splits.connect(account.slot);
      expect(names(splits)).toEqual(['New']);
    }
    await settle();
    expect(work.names).toEqual(['New']);
  });

  test('made, changed, moved and removed in one browser, seen in another', async () => {
    const home = new AccountData();
    const [here, there] = [browser(), browser()];
    here.connect(home.slot);
    there.connect(home.slot);
    const work = here.create({ name: 'Work', userIds: ['@me:work'], onlyUnread: true })!;
    here.create({ name: 'Friends', kinds: ['direct'] });
    await settle();
    expect(there.state.getState().splits).toEqual(here.state.getState().splits);
    there.change(work.id, { name: 'Job', words: 'plan' });
    there.move(work.id, 1);
    await settle();
    expect(names(here)).toEqual(['Friends', 'Job']);
    expect(here.get(work.id)).toMatchObject({ words: 'plan' });
    expect(here.get(work.id)).not.toHaveProperty('userIds');
    const restore = here.remove(work.id);
    await settle();
    expect(names(there)).toEqual(['Friends']);
    restore();
    await settle();
    expect(names(there)).toEqual(['Friends', 'Job']);
  });

  test('what was removed does not come back from an account that still has it', async () => {
    const [home, work] = [new AccountData({ splits: [{ id: 'a', ts: 9, removed: true }] }), new AccountData({ splits: [saved('a', 'Gone', 5)] })];
    now = 10;
    const splits = browser();
    splits.connect(home.slot);
    splits.connect(work.slot);
    await settle();
    expect(names(splits)).toEqual([]);
    expect(work.names).toEqual(['no a']);
    expect(home.writes).toBe(0);
  });

  test('a removal is forgotten after 90 days', async () => {
    const account = new AccountData({ splits: [saved('b', 'Kept', 1)] });
    const splits = browser();
    splits.connect(account.slot);
    splits.remove(splits.create({ name: 'Gone' })!.id);
    await settle();
    expect(account.names).toContainEqual(expect.stringMatching(/^no /));
    now += TOMBSTONE_MS - 1;
    splits.change('b', { name: 'Kept on' });
    await settle();
    expect(account.names).toHaveLength(2);
    now += 2;
    splits.change('b', { name: 'Still kept' });
    await settle();
    expect(account.names).toEqual(['Still kept']);
  });

  test('a clock that is ahead does not keep others from changing a split', async () => {
    const account = new AccountData({ splits: [saved('a', 'From the future', now + 1_000 * DAY_MS)] });
    const splits = browser();
    splits.connect(account.slot);
    splits.change('a', { name: 'Of today' });
    await settle();
    now += DAY_MS;
    const later = browser();
    later.connect(account.slot);
    expect(names(later)).toEqual(['Of today']);
  });

  test('changes without a network are written when it is back', async () => {
    const account = new AccountData();
    account.away = true;
    const splits = browser();
    const disconnect = splits.connect(account.slot);
    splits.create({ name: 'Offline' });
    await settle();
    expect(account.writes).toBe(0);
    account.away = false;
    splits.retryNow();
    await settle();
    expect(account.names).toEqual(['Offline']);
    disconnect();
    splits.create({ name: 'After the end' });
    await settle();
    expect(account.names).toEqual(['Offline']);
  });

  test('a server that keeps something else is not written to for ever', async () => {
    const account = new AccountData();
    const slot: SplitSlot = {
      ...account.slot,
      write: async () => {
        account.writes++;
        account.set({ splits: [] });
      },
    };
    const splits = browser();
    splits.connect(slot);
    splits.create({ name: 'Lost' });
    await settle();
    await settle();
    expect(account.writes).toBe(1);
    expect(names(splits)).toEqual(['Lost']);
  });

  test('is there again after a reload, with its removals', async () => {
    const db = new MemoryDatabase();
    const before = new OwnSplits(db, () => now);
    before.create({ name: 'Kept', onlyFavourites: true });
    const gone = before.create({ name: 'Gone' })!;
    before.remove(gone.id);
    await settle();
    const after = new OwnSplits(db, () => now);
    await after.load();
    expect(after.state.getState()).toEqual(before.state.getState());
    const disconnect = after.connect(new AccountData({ splits: [gone] }).slot);
    expect(names(after)).toEqual(['Kept']);
    disconnect();
    await after.forget();
    const other = new OwnSplits(db, () => now);
    await other.load();
    expect(names(other)).toEqual([]);
  });
});

describe('limits', () => {
  test('no more than there is room for, and none without a name', () => {
    const splits = browser();
    expect(splits.create({ name: ' \u200B ' })).toBeUndefined();
    for (let count = 0; count < MAX_SPLITS; count++) expect(splits.create({ name: `${count}` })).toBeDefined();
    expect(splits.isFull).toBe(true);
    expect(splits.create({ name: 'one more' })).toBeUndefined();
    expect(names(splits)).toEqual([...Array(MAX_SPLITS).keys()].map(String));
    splits.change(splits.state.getState().splits[0]!.id, { name: '' });
    expect(names(splits)[0]).toBe('0');
    const bringBack = splits.remove(splits.state.getState().splits[0]!.id);
    splits.create({ name: 'in its place' });
    bringBack();
    expect(names(splits)).toHaveLength(MAX_SPLITS);
    expect(names(splits)).not.toContain('0');
  });

  test('moving stops at the ends', () => {
    const splits = browser();
    const [a, b] = [splits.create({ name: 'a' })!, splits.create({ name: 'b' })!];
    splits.move(a.id, -1);
    splits.move(b.id, 1);
    splits.move('nobody', 1);
    expect(names(splits)).toEqual(['a', 'b']);
    splits.move(b.id, -1);
    expect(names(splits)).toEqual(['b', 'a']);
  });

  test.each([
    undefined,
    null,
    'splits',
    7,
    [],
    {},
    { splits: null },
    { splits: { length: 3 } },
    {
      splits: [
        null,
        1,
        'a',
        [],
        {},
        { id: 1 },
        { id: 'a', ts: '1', name: 'x' },
        { id: 'a', ts: -1, name: 'x' },
        { id: 'a', ts: Infinity, name: 'x' },
      ],
    },
    {
      splits: [
        { id: '__proto__', ts: 1, name: 'x' },
        { id: 'a/b', ts: 1, name: 'x' },
        { id: 'x'.repeat(33), ts: 1, name: 'x' },
      ],
    },
    {
      splits: [
        { id: 'a', ts: 1 },
        { id: 'b', ts: 1, name: 5 },
        { id: 'c', ts: 1, name: '\u202E\u200B' },
      ],
    },
  ])('nothing is made of %j', (content) => {
    expect([...parseSplits(content, now)]).toEqual([]);
  });

  test('of what does not fit, the rest is used', () => {
    const hostile = {
      ...saved('a', `\u202E${'long '.repeat(2_000)}`, 1),
      place: '3',
      users: ['@me:x', 5, null, '@me:x', `@${'y'.repeat(9_000)}:x`],
      networks: 'whatsapp',
      kinds: ['space', 'direct', 'toString'],
      only_unread: 'yes',
      only_mentions: true,
      words: 'w'.repeat(10_000),
      constructor: 'mine',
    };
    const split = parseSplits({ splits: [hostile] }, now).get('a')!;
    expect(split).toEqual({
      id: 'a',
      ts: 1,
      place: 0,
      name: expect.stringMatching(/^long long/),
      userIds: ['@me:x'],
      kinds: ['direct'],
      onlyMentions: true,
      words: 'w'.repeat(100),
    });
    expect((split as { name: string }).name.length).toBeLessThanOrEqual(MAX_SPLIT_NAME);
  });

  test('a name is not cut through an emoji of two units', () => {
    const [split] = parseSplits({ splits: [saved('a', `${'x'.repeat(MAX_SPLIT_NAME - 1)}😀`, 1)] }, now).values();
    expect(split).toMatchObject({ name: 'x'.repeat(MAX_SPLIT_NAME - 1) });
  });

  test('of thousands, the newest are kept, whichever accounts they come from', () => {
    const many = (from: number) => ({ splits: [...Array(5_000).keys()].map((index) => saved(`${from}x${index}`, `Name ${index}`, from + index)) });
    const [a, b] = [new AccountData(many(100)), new AccountData(many(200))];
    const [one, other] = [browser(), browser()];
    one.connect(a.slot);
    one.connect(b.slot);
    other.connect(b.slot);
    other.connect(a.slot);
    expect(one.state.getState().splits).toHaveLength(MAX_SPLITS);
    expect(other.state.getState()).toEqual(one.state.getState());
  });

  test('whatever is read can be written, read again as it was, and merged in any order', () => {
    const entry = fc.record(
      {
        id: fc.constantFrom('a', 'b', 'c'),
        name: fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('Team')),
        ts: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double()),
        place: fc.oneof(fc.integer(), fc.double()),
        users: fc.array(fc.string()),
        kinds: fc.array(fc.constantFrom('direct', 'room', 'space')),
        only_unread: fc.boolean(),
        words: fc.string(),
        removed: fc.boolean(),
      },
      { requiredKeys: ['id', 'ts'] },
    );
    const contents = fc.record({ splits: fc.array(fc.oneof(entry, fc.jsonValue())) });
    fc.assert(
      fc.property(contents, contents, (one, other) => {
        const [a, b] = [parseSplits(one, 50), parseSplits(other, 50)];
        expect(parseSplits(JSON.parse(JSON.stringify(splitsContent(a))), 50)).toEqual(a);
        const sorted = (records: typeof a) => [...records.values()].toSorted((x, y) => (x.id < y.id ? -1 : 1));
        const merged = mergeSplits(a, b, 50);
        expect(sorted(mergeSplits(b, a, 50))).toEqual(sorted(merged));
        expect(sorted(mergeSplits(merged, b, 50))).toEqual(sorted(merged));
        expect(hasNews(merged, merged)).toBe(false);
        expect(hasNews(a, merged)).toBe(false);
      }),
    );
  });
});

describe('what is in an own split', () => {
  const own: OwnSplit = { id: 'own', name: 'Own' };
  const all = [
    fakeConversation({ roomId: '!1', name: 'Garden plan', unread: 1, favourite: true }),
    fakeConversation({ roomId: '!2', name: 'Gärten', mentions: 1, accountKey: 'work' }),
    fakeConversation({ roomId: '!3', name: 'Team', kind: 'direct', topic: 'garden' }),
    fakeConversation({ roomId: '!4', name: 'Garden, done', triage: { state: 'done', eventId: '$1', ts: 5_000 }, last: undefined }),
    fakeConversation({ roomId: '!5', name: 'Muted garden', muted: true }),
  ];
  const shown = (split: Partial<OwnSplit>) =>
    orderConversations(all, { split: { ...own, ...split }, text: '', now: 10_000 }).map(({ roomId }) => roomId);

  test.each([
    [{}, ['!1', '!2', '!3']],
    [{ onlyFavourites: true }, ['!1']],
    [{ onlyMentions: true }, ['!2']],
    [{ onlyUnread: true }, ['!1', '!2']],
    [{ onlyUnread: true, onlyFavourites: true }, ['!1']],
    [{ words: 'garden' }, ['!1', '!3']],
    [{ words: 'GAR  ten' }, ['!2']],
    [{ words: 'garden plan' }, ['!1']],
    [{ kinds: ['direct'] as const, words: 'garden' }, ['!3']],
    [{ accountKeys: ['work'] }, ['!2']],
    [{ accountKeys: [] }, []],
  ])('%j', (split, expected) => {
    expect(shown(split).toSorted()).toEqual(expected);
  });

  test('counts are those of the lists', () => {
    const splits: OwnSplit[] = [
      { ...own, id: 'a', onlyUnread: true },
      { ...own, id: 'b', kinds: ['direct'], words: 'zoe' },
      { ...own, id: 'c', onlyFavourites: true },
    ];
    fc.assert(
      fc.property(someConversations, fc.integer({ min: 0, max: 20 }), (conversations, at) => {
        const counts = countOwnSplits(conversations, splits, at);
        for (const split of splits)
          expect(counts.get(split.id)!.conversations).toBe(orderConversations(conversations, { split, text: '', now: at }).length);
      }),
    );
  });

  test('accounts are named by their keys here; of one that is elsewhere nothing is shown', () => {
    const accounts = [
      { key: 'k1', userId: '@me:home' },
      { key: 'k2', userId: '@me:work' },
    ] as AccountRecord[];
    const split = { id: 'a', name: 'A', place: 0, ts: 1 };
    expect(ownSplitOf({ ...split, userIds: ['@me:work', '@me:elsewhere'] }, accounts)).toEqual({ id: 'a', name: 'A', accountKeys: ['k2'] });
    expect(ownSplitOf({ ...split, userIds: ['@me:elsewhere'] }, accounts).accountKeys).toEqual([]);
    expect(ownSplitOf({ ...split, kinds: ['direct'] }, accounts)).toEqual({ id: 'a', name: 'A', kinds: ['direct'] });
  });
});
