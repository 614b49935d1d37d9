/** What the page may ask of the main process. Each call is checked: where it comes from, and what it brings. */
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { CHANNELS } from './channels.ts';
import { isOurs } from './origin.ts';
import type { Vault } from './vault.ts';

/** UTF-16 units */
const LONGEST_SECRET = 65_536;
const LONGEST_TEXT = 2_000;
const MOST_UNREAD = 1_000_000;

export interface PageNotification {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

export interface BridgeOptions {
  readonly vault: Vault;
  /** The page in the window: nobody else is answered. */
  readonly isPage: (senderId: number) => boolean;
  onBadge(unread: number, mentions: number): void;
  onNotify(notification: PageNotification): void;
  /** The page listens from now on. */
  onReady(): void;
}

export class RefusedCall extends Error {
  override readonly name = 'RefusedCall';
}

export function answerPage(ipc: Pick<IpcMain, 'handle' | 'on'>, options: BridgeOptions): void {
  const check = (event: IpcMainEvent | IpcMainInvokeEvent): void => {
    const frame = event.senderFrame;
    if (frame === null || frame.parent !== null || !isOurs(frame.url) || !options.isPage(event.sender.id)) {
      throw new RefusedCall('not a call of the page');
    }
  };
  const answer = (channel: string, work: (...given: readonly unknown[]) => unknown): void =>
    ipc.handle(channel, (event, ...given: readonly unknown[]) => {
      check(event);
      return work(...given);
    });
  const hear = (channel: string, work: (...given: readonly unknown[]) => void): void =>
    void ipc.on(channel, (event, ...given: readonly unknown[]) => {
      try {
        check(event);
        work(...given);
      } catch {
        // Nobody waits for an answer; what is refused has no effect.
      }
    });
  answer(CHANNELS.seal, (secret) => options.vault.seal(text(secret, LONGEST_SECRET)));
  answer(CHANNELS.open, (kept) => options.vault.open(text(kept, LONGEST_SECRET * 2)));
  answer(CHANNELS.seals, () => options.vault.seals);
  hear(CHANNELS.badge, (unread, mentions) => options.onBadge(count(unread), count(mentions)));
  hear(CHANNELS.notify, (given) => {
    if (typeof given !== 'object' || given === null) throw new RefusedCall('not a notification');
    const { id, title, body } = given as Record<string, unknown>;
    options.onNotify({ id: text(id, LONGEST_TEXT), title: text(title, LONGEST_TEXT), body: text(body, LONGEST_TEXT) });
  });
  hear(CHANNELS.ready, () => options.onReady());
}

function text(given: unknown, longest: number): string {
  if (typeof given !== 'string' || given.length > longest) throw new RefusedCall('not a text that is taken');
  return given;
}

function count(given: unknown): number {
  if (!Number.isSafeInteger(given) || (given as number) < 0) throw new RefusedCall('not a count');
  return Math.min(given as number, MOST_UNREAD);
}
