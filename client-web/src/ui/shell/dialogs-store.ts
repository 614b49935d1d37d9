/** Which dialog is open. Dialogs are loaded when first opened: `shell/dialogs.tsx` has the list. */
import { createStore, useStore } from 'zustand';
import type { MediaContent, Person } from '../../domain/timeline/timeline-item.ts';
import type { Panel } from '../route.ts';

export type RoomSettingsSection = 'general' | 'access' | 'roles' | 'notifications' | 'advanced';

export interface Dialogs {
  'create-room': { accountKey?: string | undefined };
  'start-chat': { accountKey?: string | undefined };
  directory: { accountKey?: string | undefined };
  join: {
    accountKey?: string | undefined;
    target?: string | undefined;
    via?: readonly string[] | undefined;
    /** Of a link to a message: where to go after joining. */
    eventId?: string | undefined;
  };
  invite: { accountKey: string; roomId: string };
  'room-settings': { accountKey: string; roomId: string; section?: RoomSettingsSection | undefined };
  snooze: { conversationId: string };
  /** Without an id, a new one. */
  'own-split': { splitId?: string | undefined };
  palette: Record<string, never>;
  shortcuts: Record<string, never>;
  person: { accountKey: string; userId: string; roomId?: string | undefined };
  /** Removes or bans somebody, with a reason. */
  moderate: { accountKey: string; roomId: string; userId: string; name: string; action: 'remove' | 'ban' };
  'edit-history': { accountKey: string; roomId: string; eventId: string };
  reactions: { accountKey: string; roomId: string; eventId: string };
  'seen-by': { accountKey: string; roomId: string; userIds: readonly string[] };
  forward: { accountKey: string; roomId: string; eventId: string };
  lightbox: {
    accountKey: string;
    images: readonly { readonly eventId: string; readonly media: MediaContent; readonly sender: Person; readonly ts: number }[];
    /** Of the one that is shown first. */
    eventId: string;
    /** Where it was opened from beside the conversation: the way to the message. */
    from?: { readonly roomId: string; readonly panel: Panel } | undefined;
  };
  commands: { command?: string | undefined };
  'set-up-encryption': { accountKey: string };
  unlock: { accountKey: string };
  verify: { accountKey: string; userId?: string | undefined };
}
export type DialogName = keyof Dialogs;
export type OpenDialog = { [Name in DialogName]: { readonly name: Name; readonly props: Dialogs[Name] } }[DialogName];

export const dialogStore = createStore<{ readonly open: OpenDialog | undefined }>(() => ({ open: undefined }));

export function openDialog<Name extends DialogName>(name: Name, props: Dialogs[Name]): void {
  dialogStore.setState({ open: { name, props } as OpenDialog });
}

/** Nothing is written in these. */
const ONLY_SHOWN: ReadonlySet<DialogName> = new Set(['shortcuts', 'person', 'edit-history', 'reactions', 'seen-by', 'lightbox', 'commands']);

/** Whether another dialog can take the place of the open one, and nothing that was written is lost. */
export function canReplaceDialog(): boolean {
  const { open } = dialogStore.getState();
  return open === undefined || ONLY_SHOWN.has(open.name);
}

export const closeDialog = (): void => dialogStore.setState({ open: undefined });

export const useOpenDialog = (): OpenDialog | undefined => useStore(dialogStore, (state) => state.open);
