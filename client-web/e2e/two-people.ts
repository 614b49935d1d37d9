/** Two people who talk in rooms of the host, in browsers of their own, and what the server has of it. */
import { beforeAll, expect, test } from '@jest/globals';
import { Person } from './person.ts';
import { useStage, type Stage } from './stage.ts';

export interface SentEvent {
  readonly event_id: string;
  readonly type: string;
  readonly sender: string;
  readonly content: Record<string, unknown>;
}

export interface TwoPeople {
  readonly stage: Stage;
  /** May read the clipboard. */
  readonly alice: Person;
  readonly bob: Person;
  /** A room that both have joined and look at; its id. */
  readonly room: (name: string, options?: Record<string, unknown>) => Promise<string>;
  /** Of a room, oldest first. */
  readonly events: (roomId: string) => Promise<readonly SentEvent[]>;
  readonly last: (roomId: string) => Promise<SentEvent>;
}

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 100;

/** Within a `describe`. `settings` are the server's. */
export function useTwoPeople(settings: Readonly<Record<string, string>> = {}): TwoPeople {
  const stage = useStage(settings);
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    alice = await Person.signUp(stage.browser, stage.server, 'alice', { context: { permissions: ['clipboard-read', 'clipboard-write'] } });
    bob = await Person.signUp(stage.browser, stage.server, 'bob');
  });
  const events = async (roomId: string): Promise<readonly SentEvent[]> => {
    const { chunk } = await stage.host.get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100`);
    return (chunk as SentEvent[]).toReversed();
  };
  return {
    stage,
    get alice() {
      return alice;
    },
    get bob() {
      return bob;
    },
    room: async (name, options = {}) => {
      const roomId = await stage.host.createRoom({ name, preset: 'private_chat', invite: [alice.userId, bob.userId], ...options });
      for (const person of [alice, bob]) await person.accept(name);
      return roomId;
    },
    events,
    last: async (roomId) => (await events(roomId)).at(-1)!,
  };
}

/** The last test of a suite. */
export function testNoTroubles(people: TwoPeople): void {
  test('no page had an error or broke its policy', () => {
    expect([...people.alice.troubles, ...people.bob.troubles]).toEqual([]);
  });
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS)))
    if (await holds()) return;
  throw new Error(`waited in vain until ${what}`);
}
