/**
 * Where in the app the person is, kept in the address after `#`, so that back, forward and reload work, in a folder and in
 * Electron too: `#/inbox/<split>/<account>/<room>?event=&thread=&panel=`, `#/settings/<page>`, `#/add-account`.
 */
import { createStore, useStore } from 'zustand';
import { conversationId, type ConversationId } from '../domain/inbox/conversation.ts';

export type Panel = 'info' | 'members' | 'thread' | 'threads' | 'pins' | 'files';

export interface OpenConversation {
  readonly accountKey: string;
  readonly roomId: string;
  readonly eventId: string | undefined;
  readonly threadRootId: string | undefined;
  readonly panel: Panel | undefined;
}

export type Route =
  | { readonly page: 'inbox'; readonly split: string; readonly conversation: OpenConversation | undefined }
  | { readonly page: 'settings'; readonly section: string; readonly accountKey: string | undefined }
  /** `again`: key of an account whose session has ended. */
  | { readonly page: 'add-account'; readonly again?: string | undefined }
  /** A link to a user, room or event that was opened: `#/to/<identifier>`. */
  | { readonly page: 'link'; readonly target: string };

const PANELS: readonly string[] = ['info', 'members', 'thread', 'threads', 'pins', 'files'];
const HOME: Route = { page: 'inbox', split: 'everything', conversation: undefined };

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const parts = path.split('/').slice(1).map(decode);
  const params = new URLSearchParams(query);
  switch (parts[0]) {
    case 'inbox': {
      const [, split = 'everything', accountKey, roomId] = parts;
      if (!accountKey || !roomId) return { page: 'inbox', split, conversation: undefined };
      const panel = params.get('panel');
      return {
        page: 'inbox',
        split,
        conversation: {
          accountKey,
          roomId,
          eventId: params.get('event') ?? undefined,
          threadRootId: params.get('thread') ?? undefined,
          panel: panel !== null && PANELS.includes(panel) ? (panel as Panel) : params.has('thread') ? 'thread' : undefined,
        },
      };
    }
    case 'settings':
      return { page: 'settings', section: parts[1] ?? 'profile', accountKey: parts[2] };
    case 'add-account':
      return { page: 'add-account', again: parts[1] };
    case 'to':
      return parts[1] ? { page: 'link', target: parts[1] } : HOME;
    default:
      return HOME;
  }
}

export function hashOf(route: Route): string {
  const encode = encodeURIComponent;
  switch (route.page) {
    case 'inbox': {
      const base = `#/inbox/${encode(route.split)}`;
      if (!route.conversation) return base;
      const { accountKey, roomId, eventId, threadRootId, panel } = route.conversation;
      const params = new URLSearchParams();
      if (eventId !== undefined) params.set('event', eventId);
      if (threadRootId !== undefined) params.set('thread', threadRootId);
      if (panel !== undefined && !(panel === 'thread' && threadRootId !== undefined)) params.set('panel', panel);
      return `${base}/${encode(accountKey)}/${encode(roomId)}${params.size > 0 ? `?${params}` : ''}`;
    }
    case 'settings':
      return `#/settings/${encode(route.section)}${route.accountKey === undefined ? '' : `/${encode(route.accountKey)}`}`;
    case 'add-account':
      return `#/add-account${route.again === undefined ? '' : `/${encode(route.again)}`}`;
    case 'link':
      return `#/to/${encode(route.target)}`;
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const routeStore = createStore<Route>(() => parseRoute(globalThis.location?.hash ?? ''));
globalThis.addEventListener?.('hashchange', () => routeStore.setState(parseRoute(location.hash), true));

export const useRoute = <Part>(select: (route: Route) => Part): Part => useStore(routeStore, select);

/** Of an entry of the browser's history that has another of the app before it. */
const WITHIN = { within: true };

/** To where the person came from. */
export function goBack(otherwise: () => void): void {
  if ((history.state as Partial<typeof WITHIN> | null)?.within === true) history.back();
  else otherwise();
}

export function navigate(route: Route, options: { replace?: boolean } = {}): void {
  const hash = hashOf(route);
  if (hash === location.hash) return;
  if (options.replace === true) history.replaceState(history.state, '', hash);
  else history.pushState(WITHIN, '', hash);
  routeStore.setState(route, true);
}

const currentSplit = (): string => {
  const route = routeStore.getState();
  return route.page === 'inbox' ? route.split : 'everything';
};

/** The line of the inbox that is open: a thread beside its room counts as the thread. */
export function openIdOf(route: Route): ConversationId | undefined {
  const open = route.page === 'inbox' ? route.conversation : undefined;
  return open && conversationId(open.accountKey, open.roomId, open.panel === 'thread' ? open.threadRootId : undefined);
}

export function openConversation(
  accountKey: string,
  roomId: string,
  more: { eventId?: string | undefined; threadRootId?: string | undefined; panel?: Panel | undefined } = {},
): void {
  navigate({
    page: 'inbox',
    split: currentSplit(),
    conversation: { accountKey, roomId, eventId: more.eventId, threadRootId: more.threadRootId, panel: more.panel },
  });
}

export const closeConversation = (): void => navigate({ page: 'inbox', split: currentSplit(), conversation: undefined });

/** Changes what is beside the open conversation. */
export function setPanel(panel: Panel | undefined, threadRootId?: string): void {
  const route = routeStore.getState();
  if (route.page !== 'inbox' || !route.conversation) return;
  navigate({ ...route, conversation: { ...route.conversation, eventId: undefined, panel, threadRootId } });
}
