/** Stand-ins for what the host hands in: time that a test moves, DNS from a table, keys in memory. */
import { encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';

import { setTimeout as sleep } from 'node:timers/promises';
import type { Resolver, SrvRecord } from '../client/discovery/resolver.ts';
import { fastCrypto } from './fast-crypto.ts';
import type { Clock, JsonObject, KeyStore, Log, ServerKey, ServerName } from '../ports.ts';

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {} };

export const realClock: Clock = {
  now: Date.now,
  wait: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : undefined);
  },
};

/** Stands still until it is moved. */
export class FakeClock implements Clock {
  #now: number;
  #timers: { at: number; done: () => void }[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((done, fail) => {
      const timer = { at: this.#now + ms, done };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        fail(signal.reason as Error);
      });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.done();
  }
}

export interface DnsTable {
  /** host -> addresses, or 'fails' */
  readonly addresses?: Readonly<Record<string, readonly string[] | 'fails'>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[] | 'fails'>>;
}

export function fakeResolver(table: DnsTable): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  const find = <T>(records: Readonly<Record<string, readonly T[] | 'fails'>> | undefined, name: string): Promise<readonly T[]> => {
    asked.push(name);
    const found = records?.[name] ?? [];
    return found === 'fails' ? Promise.reject(new Error('SERVFAIL')) : Promise.resolve(found as readonly T[]);
  };
  return { asked, addresses: (host) => find(table.addresses, host), srv: (name) => find(table.srv, name) };
}

export function memoryKeyStore(): KeyStore & { readonly keys: Map<ServerName, Map<string, ServerKey>> } {
  const keys = new Map<ServerName, Map<string, ServerKey>>();
  const documents = new Map<ServerName, JsonObject>();
  return {
    keys,
    find: (servers) => Promise.resolve(new Map(servers.flatMap((server) => (keys.has(server) ? [[server, [...keys.get(server)!.values()]]] : [])))),
    findDocument: (server) => Promise.resolve(documents.get(server)),
    save: (server, fetched) => {
      keys.set(server, new Map([...(keys.get(server) ?? []), ...fetched.keys.map((key) => [key.keyId, key] as const)]));
      documents.set(server, fetched.document);
      return Promise.resolve();
    },
  };
}

/** A signing key from a number, always the same. */
export function testKey(number: number, name = `k${number}`): SigningKey {
  const seed = new Uint8Array(32).fill(number);
  return {
    keyId: `ed25519:${name}`,
    publicKey: fastCrypto.publicKeyOf(seed),
    sign: (message) => fastCrypto.sign(seed, message),
  };
}

export const keyText = (key: SigningKey): string => encodeBase64(key.publicKey);
