/** What Ctrl+K can do besides going somewhere. */
import {
  BellRing,
  CheckCheck,
  Compass,
  Contrast,
  Hash,
  Keyboard,
  Languages,
  Link2,
  ListFilter,
  ListPlus,
  MessageSquarePlus,
  MessagesSquare,
  Moon,
  Plus,
  Sun,
  UserRound,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { App } from '../../domain/app.ts';
import type { OwnSplit } from '../../domain/inbox/splits.ts';
import { parseJoinTarget } from '../../domain/rooms/addresses.ts';
import type { Translate } from '../../i18n/i18n.ts';
import { attempt } from '../error-sentence.ts';
import { OWN_SPLIT_KEYS } from '../inbox/own-split-actions.ts';
import { openSplit, splitName } from '../inbox/split-route.ts';
import { navigate } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { setAppearance } from '../theme.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly icon: ReactNode;
  readonly keys?: string | undefined;
  /** What it leads to, if the title is a name that the person gave. */
  readonly kind?: string;
  /** Shown before anything is typed. */
  readonly first: boolean;
  readonly run: (app: App) => void;
}

/** What was typed is the address of a room or person, or a link to one. */
export function addressCommands(t: Translate, text: string, accountKey: string | undefined): Command[] {
  const target = parseJoinTarget(text);
  if (!target) return [];
  const open = (): void => {
    if (target.kind === 'room') openDialog('join', { target: target.room, via: target.via, eventId: target.eventId });
    else if (accountKey !== undefined) openDialog('person', { accountKey, userId: target.userId });
  };
  const address = target.kind === 'room' ? target.room : target.userId;
  return [{ id: 'address', title: t('palette.goTo', { address }), icon: <Link2 />, first: false, run: open }];
}

export function commands(t: Translate, ownSplits: readonly OwnSplit[]): Command[] {
  const settings =
    (section: string): (() => void) =>
    () =>
      navigate({ page: 'settings', section, accountKey: undefined });
  return [
    ...ownSplits.map((split, index) => ({
      id: splitName(split),
      title: split.name,
      kind: t('views.view'),
      icon: <ListFilter />,
      keys: OWN_SPLIT_KEYS[index],
      first: false,
      run: () => openSplit(split),
    })),
    { id: 'chat', title: t('inbox.startChat'), icon: <MessageSquarePlus />, first: true, run: () => openDialog('start-chat', {}) },
    { id: 'room', title: t('inbox.createRoom'), icon: <Hash />, first: true, run: () => openDialog('create-room', {}) },
    { id: 'browse', title: t('inbox.browse'), icon: <Compass />, first: true, run: () => openDialog('directory', {}) },
    { id: 'join', title: t('inbox.join'), icon: <Link2 />, first: false, run: () => openDialog('join', {}) },
    { id: 'new-view', title: t('views.new'), icon: <ListPlus />, first: false, run: () => openDialog('own-split', {}) },
    {
      id: 'threads',
      title: t('inbox.split.threads'),
      icon: <MessagesSquare />,
      first: true,
      run: () => navigate({ page: 'inbox', split: 'threads', conversation: undefined }),
    },
    { id: 'read-all', title: t('palette.readAll'), icon: <CheckCheck />, first: false, run: (app) => attempt(readAll(app)) },
    { id: 'light', title: t('palette.light'), icon: <Sun />, first: false, run: () => setAppearance({ theme: 'light' }) },
    { id: 'dark', title: t('palette.dark'), icon: <Moon />, first: false, run: () => setAppearance({ theme: 'dark' }) },
    { id: 'contrast', title: t('palette.contrast'), icon: <Contrast />, first: false, run: () => setAppearance({ theme: 'contrast' }) },
    { id: 'profile', title: t('palette.profile'), icon: <UserRound />, first: false, run: settings('profile') },
    { id: 'notifications', title: t('palette.notifications'), icon: <BellRing />, first: false, run: settings('notifications') },
    { id: 'language', title: t('palette.language'), icon: <Languages />, first: false, run: settings('appearance') },
    { id: 'account', title: t('welcome.addTitle'), icon: <Plus />, first: false, run: () => navigate({ page: 'add-account' }) },
    { id: 'keys', title: t('palette.shortcuts'), icon: <Keyboard />, keys: '?', first: true, run: () => openDialog('shortcuts', {}) },
  ];
}

async function readAll(app: App): Promise<void> {
  for (const row of app.inbox.state.getState().conversations.values()) {
    if (row.membership === 'join' && (row.unread > 0 || row.markedUnread)) await app.conversations.markRead(row.id);
  }
}
