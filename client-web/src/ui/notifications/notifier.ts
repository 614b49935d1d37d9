/**
 * Tells about new messages: the title and icon of the window always, notifications and a sound if the person wants them. One
 * window at a time notifies, the one that runs the account.
 */
import type { App } from '../../domain/app.ts';
import type { NewMessage } from '../../domain/matrix/new-messages.ts';
import { countSplits } from '../../domain/inbox/splits.ts';
import { isolated } from '../../domain/messages/safe-text.ts';
import { t } from '../../i18n/i18n.ts';
import { openConversation, routeStore } from '../route.ts';
import { notificationChoices } from './notification-choices.ts';
import { playSound } from './sound.ts';

export function startNotifier(app: App): void {
  const title = (): void => {
    const counts = countSplits([...app.inbox.state.getState().conversations.values()], Date.now());
    const { unread } = counts.everything;
    const mentions = counts.everything.mentioning;
    document.title = unread > 0 ? `(${unread}) NexusComm` : 'NexusComm';
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = mentions > 0 ? './icon-mention.svg' : unread > 0 ? './icon-unread.svg' : './icon.svg';
    window.nexuscommDesktop?.setBadge(unread, mentions);
    const badge = navigator as { setAppBadge?: (count: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
    void (unread > 0 ? badge.setAppBadge?.(unread) : badge.clearAppBadge?.())?.catch(() => {});
  };
  let soon: ReturnType<typeof setTimeout> | undefined;
  app.inbox.state.subscribe(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      title();
    }, 200);
  });
  title();
  app.onNewMessage = (message) => notify(message);
  window.nexuscommDesktop?.onNotificationClick((id) => {
    const [accountKey, roomId, rootId] = JSON.parse(id) as [string, string, string?];
    openPlace({ accountKey, roomId, rootId });
  });
}

/** What the person is looking at needs no telling. */
function isSeen({ accountKey, roomId, rootId }: NewMessage): boolean {
  const route = routeStore.getState();
  const open = route.page === 'inbox' ? route.conversation : undefined;
  if (!document.hasFocus() || open?.accountKey !== accountKey || open.roomId !== roomId) return false;
  return rootId === undefined || (open.panel === 'thread' && open.threadRootId === rootId);
}

function openPlace({ accountKey, roomId, rootId }: Pick<NewMessage, 'accountKey' | 'roomId' | 'rootId'>): void {
  openConversation(accountKey, roomId, rootId === undefined ? {} : { threadRootId: rootId, panel: 'thread' });
}

function notify(message: NewMessage): void {
  const { shown, sound, preview } = notificationChoices.getState();
  if (!shown || isSeen(message)) return;
  const title =
    message.roomName === message.senderName ? isolated(message.senderName) : `${isolated(message.senderName)} · ${isolated(message.roomName)}`;
  const body = preview ? isolated(message.text || t('common.newMessage')) : t('common.newMessage');
  const id = JSON.stringify([message.accountKey, message.roomId, ...(message.rootId === undefined ? [] : [message.rootId])]);
  if (sound && message.sound) playSound();
  if (window.nexuscommDesktop) {
    window.nexuscommDesktop.notify({ id, title, body });
    return;
  }
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const shownOne = new Notification(title, { body, tag: id, icon: './icon.svg', silent: true });
    shownOne.onclick = () => {
      window.focus();
      openPlace(message);
      shownOne.close();
    };
  } catch {
    // Android's Chromium only lets the service worker notify.
    void navigator.serviceWorker?.ready.then((registration) =>
      registration.showNotification(title, { body, tag: id, icon: './icon.svg', silent: true }),
    );
  }
}
