/**
 * The client's own database in IndexedDB: accounts, the inbox as last seen, what waits to be sent or written, drafts. Where the
 * browser keeps nothing (blocked, full, private windows) memory takes its place, and `persistent` is false, which the UI says.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { AccountRecord } from '../accounts/account.ts';
import type { Conversation } from '../inbox/conversation.ts';
import type { KeptChange } from '../inbox/pending-changes.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';

export interface Draft {
  /** Markdown, with mentions as tokens. */
  readonly text: string;
  readonly replyTo?: string | undefined;
  readonly editing?: string | undefined;
  /** The message that is edited, as it was. */
  readonly before?: string | undefined;
  /** What was being written when the editing began. */
  readonly aside?: { readonly text: string; readonly replyTo: string | undefined } | undefined;
  readonly ts: number;
}

interface Tables {
  accounts: AccountRecord;
  conversations: Conversation;
  changes: KeptChange;
  outbox: OutboxEntry;
  values: unknown;
}
type TableName = keyof Tables;

interface Schema extends DBSchema {
  accounts: { key: string; value: AccountRecord };
  conversations: { key: string; value: Conversation };
  changes: { key: string; value: KeptChange };
  outbox: { key: string; value: OutboxEntry };
  values: { key: string; value: unknown };
}

const NAME = 'nexuscomm';
const VERSION = 2;
const TABLES: readonly TableName[] = ['accounts', 'conversations', 'changes', 'outbox', 'values'];

export interface Database {
  /** false: all is lost when the window closes */
  readonly persistent: boolean;
  all<T extends TableName>(table: T): Promise<Tables[T][]>;
  get<T extends TableName>(table: T, key: string): Promise<Tables[T] | undefined>;
  put<T extends TableName>(table: T, key: string, value: Tables[T]): Promise<void>;
  /** In one transaction; undefined deletes. */
  putAll<T extends TableName>(table: T, entries: readonly (readonly [string, Tables[T] | undefined])[]): Promise<void>;
  delete(table: TableName, key: string): Promise<void>;
  deleteByPrefix(table: TableName, prefix: string): Promise<void>;
}

export async function openDatabase(onProblem: (problem: unknown) => void = () => {}): Promise<Database> {
  try {
    const db = await openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        for (const table of TABLES) if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
      },
      // A newer version of the client in another tab wants to change the tables.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new IndexedDatabase(db, onProblem);
  } catch (problem) {
    onProblem(problem);
    return new MemoryDatabase();
  }
}

class IndexedDatabase implements Database {
  readonly persistent = true;
  readonly #db: IDBPDatabase<Schema>;
  readonly #onProblem: (problem: unknown) => void;

  constructor(db: IDBPDatabase<Schema>, onProblem: (problem: unknown) => void) {
    this.#db = db;
    this.#onProblem = onProblem;
  }

  async all<T extends TableName>(table: T): Promise<Tables[T][]> {
    return (await this.#db.getAll(table)) as Tables[T][];
  }

  async get<T extends TableName>(table: T, key: string): Promise<Tables[T] | undefined> {
    return (await this.#db.get(table, key)) as Tables[T] | undefined;
  }

  async put<T extends TableName>(table: T, key: string, value: Tables[T]): Promise<void> {
    await this.putAll(table, [[key, value]]);
  }

  async putAll<T extends TableName>(table: T, entries: readonly (readonly [string, Tables[T] | undefined])[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      // Strict: what was confirmed to the person as kept survives a crash of the machine.
      const transaction = this.#db.transaction(table, 'readwrite', { durability: table === 'outbox' ? 'strict' : 'relaxed' });
      const store = transaction.objectStore(table);
      for (const [key, value] of entries) {
        if (value === undefined) void store.delete(key);
        else void store.put(value as never, key);
      }
      await transaction.done;
    } catch (problem) {
      this.#onProblem(problem);
      throw problem;
    }
  }

  async delete(table: TableName, key: string): Promise<void> {
    await this.#db.delete(table, key);
  }

  async deleteByPrefix(table: TableName, prefix: string): Promise<void> {
    await this.#db.delete(table, IDBKeyRange.bound(prefix, `${prefix}\uffff`));
  }
}

export class MemoryDatabase implements Database {
  readonly persistent = false;
  readonly #tables = new Map<TableName, Map<string, unknown>>(TABLES.map((table) => [table, new Map()]));

  async all<T extends TableName>(table: T): Promise<Tables[T][]> {
    return [...this.#tables.get(table)!.values()] as Tables[T][];
  }

  async get<T extends TableName>(table: T, key: string): Promise<Tables[T] | undefined> {
    return this.#tables.get(table)!.get(key) as Tables[T] | undefined;
  }

  async put<T extends TableName>(table: T, key: string, value: Tables[T]): Promise<void> {
    this.#tables.get(table)!.set(key, value);
  }

  async putAll<T extends TableName>(table: T, entries: readonly (readonly [string, Tables[T] | undefined])[]): Promise<void> {
    for (const [key, value] of entries) {
      if (value === undefined) this.#tables.get(table)!.delete(key);
      else this.#tables.get(table)!.set(key, value);
    }
  }

  async delete(table: TableName, key: string): Promise<void> {
    this.#tables.get(table)!.delete(key);
  }

  async deleteByPrefix(table: TableName, prefix: string): Promise<void> {
    const rows = this.#tables.get(table)!;
    for (const key of rows.keys()) if (key.startsWith(prefix)) rows.delete(key);
  }
}
