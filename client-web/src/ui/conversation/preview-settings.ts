/** Whether links are looked up, for each conversation, and previews that were closed. For this browser. */
import { createStore, useStore } from 'zustand';

interface Kept {
  /** By conversation; without an entry: only where messages are not encrypted, because the server learns the address. */
  readonly rooms: Readonly<Record<string, boolean>>;
  /** Event ids, the latest last. */
  readonly closed: readonly string[];
}

const KEY = 'nexuscomm.link-previews';
const MOST_CLOSED = 500;

function read(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
    return { rooms: kept.rooms ?? {}, closed: kept.closed ?? [] };
  } catch {
    return { rooms: {}, closed: [] };
  }
}

const store = createStore<Kept>(() => read());

function change(by: Partial<Kept>): void {
  store.setState(by);
  try {
    localStorage.setItem(KEY, JSON.stringify(store.getState()));
  } catch {
    // It holds as long as the window.
  }
}

export const usePreviewsOn = (conversationId: string, encrypted: boolean): boolean =>
  useStore(store, ({ rooms }) => rooms[conversationId] ?? !encrypted);
export const useIsClosed = (eventId: string): boolean => useStore(store, ({ closed }) => closed.includes(eventId));

export const setPreviews = (conversationId: string, on: boolean): void => change({ rooms: { ...store.getState().rooms, [conversationId]: on } });
export const closePreview = (eventId: string): void => change({ closed: [...store.getState().closed, eventId].slice(-MOST_CLOSED) });
