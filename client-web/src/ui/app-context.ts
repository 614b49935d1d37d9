/** The app and its stores for components. */
import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { AccountRecord } from '../domain/accounts/account.ts';
import type { SessionStatus } from '../domain/accounts/session.ts';
import type { App, AppState } from '../domain/app.ts';
import type { Conversation } from '../domain/inbox/conversation.ts';
import type { LiveSession } from '../domain/matrix/live-session.ts';
import { createStore } from 'zustand/vanilla';

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = use(AppContext);
  if (!app) throw new Error('outside of <AppContext>');
  return app;
}

export const useAppState = <Part>(select: (state: AppState) => Part): Part => useStore(useApp().state, select);

export const useAccounts = (): readonly AccountRecord[] => useStore(useApp().accounts.state, (state) => state.accounts);

export const useAccount = (accountKey: string | undefined): AccountRecord | undefined => useAccounts().find((account) => account.key === accountKey);

const none = createStore<{ status: SessionStatus; live: LiveSession | undefined }>(() => ({ status: { state: 'starting' }, live: undefined }));

/** undefined until matrix-js-sdk is loaded, and where another window runs the account. */
export function useLive(accountKey: string | undefined): LiveSession | undefined {
  const session = useAppState((state) => (accountKey === undefined ? undefined : state.sessions.get(accountKey)));
  return useStore(session?.state ?? none, (state) => state.live);
}

export function useSessionStatus(accountKey: string | undefined): SessionStatus {
  const session = useAppState((state) => (accountKey === undefined ? undefined : state.sessions.get(accountKey)));
  return useStore(session?.state ?? none, (state) => state.status);
}

/** How many conversations of an account fulfil a condition. */
export const useConversationCount = (accountKey: string, condition: (row: Conversation) => boolean): number =>
  useStore(useApp().inbox.state, (state) => {
    let count = 0;
    for (const row of state.conversations.values()) if (row.accountKey === accountKey && condition(row)) count++;
    return count;
  });

export const useConversation = (id: string | undefined): Conversation | undefined =>
  useStore(useApp().inbox.state, (state) => (id === undefined ? undefined : state.conversations.get(id)));
