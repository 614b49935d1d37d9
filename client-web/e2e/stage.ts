/** What most browser tests play on: a server, a browser, and somebody on that server who has rooms to invite people to. */
import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { PASSWORD, type Person } from './person.ts';

export interface Stage {
  readonly server: Homeserver;
  readonly browser: Browser;
  /** Over the API. */
  readonly host: ApiUser;
  /** A private room of the host, of a name of its own, which these people have open. */
  room(...people: readonly Person[]): Promise<{ readonly roomId: string; readonly name: string }>;
  /** What somebody has said in a room, in order, as the server has it. */
  said(roomId: string, userId: string): Promise<readonly unknown[]>;
}

/** Within a `describe`: set up before its tests and taken down after them. `settings` are the server's. */
export function useStage(settings: Readonly<Record<string, string>> = {}): Stage {
  let server: Homeserver;
  let browser: Browser;
  let host: ApiUser;
  let rooms = 0;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startHomeserver(settings), launchChromium()]);
    host = await ApiUser.register(server.url, 'host', PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  return {
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    get host() {
      return host;
    },
    room: async (...people) => {
      const name = `Room ${++rooms}`;
      const roomId = await host.createRoom({ name, preset: 'private_chat', invite: people.map(({ userId }) => userId) });
      for (const person of people) await person.accept(name);
      return { roomId, name };
    },
    said: async (roomId, userId) => {
      const { chunk } = await host.get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100`);
      return (chunk as { type: string; sender: string; content: Record<string, unknown> }[])
        .filter(({ type, sender }) => type === 'm.room.message' && sender === userId)
        .map(({ content }) => content['body'])
        .toReversed();
    },
  };
}
