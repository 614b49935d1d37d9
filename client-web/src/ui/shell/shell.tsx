/** The window: rail, list, conversation, panel. On a phone one of them at a time. */
import { lazy, Suspense, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useAppState } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { ResizeHandle } from '../primitives/resize-handle.tsx';
import { NewAdminHost } from '../rooms/new-admin-host.tsx';
import { useRoute } from '../route.ts';
import { Dialogs } from './dialogs.tsx';
import { canReplaceDialog, openDialog } from './dialogs-store.ts';
import { AskPasswordHost } from '../settings/ask-password.tsx';
import { EncryptionBanners } from '../encryption/encryption-banner.tsx';
import { VerificationHost } from '../encryption/verification-host.tsx';
import { Rail } from './rail.tsx';
import { StatusBanner } from './status-banner.tsx';
import { useShortcuts } from './shortcuts.ts';
import styles from './shell.module.css';

const SettingsPage = lazy(async () => ({ default: (await import('../settings/settings-page.tsx')).SettingsPage }));

const LinkPage = lazy(async () => ({ default: (await import('../rooms/link-page.tsx')).LinkPage }));

const LIST_WIDTH = { min: 240, start: 340, max: 520 } as const;
const KEPT = 'nexuscomm.list-width';

export function Shell() {
  const t = useT();
  const route = useRoute((now) => now);
  const online = useAppState((state) => state.online);
  const [listWidth, setListWidth] = useState(() => Number(readKept()) || LIST_WIDTH.start);
  useShortcuts({
    'mod+k': { inFields: true, run: () => void (canReplaceDialog() && openDialog('palette', {})) },
    '?': () => openDialog('shortcuts', {}),
  });
  const showing = route.page === 'settings' ? 'main' : route.page === 'inbox' && route.conversation ? 'main' : 'list';
  return (
    <div className={classNames(styles.shell, styles[`showing-${showing}`])} data-online={online}>
      <Rail />
      <div className={styles.body}>
        <StatusBanner />
        <div className={styles.panes} style={{ '--list-width': `${listWidth}px` } as React.CSSProperties}>
          {route.page === 'settings' ? (
            <Suspense>
              <SettingsPage section={route.section} accountKey={route.accountKey} />
            </Suspense>
          ) : route.page === 'link' ? (
            <Suspense>
              <LinkPage target={route.target} />
            </Suspense>
          ) : (
            <>
              <div className={styles.list} id="conversation-list">
                <div className={styles.inbox}>
                  <InboxPane />
                </div>
                <EncryptionBanners />
              </div>
              <ResizeHandle
                pane={t('inbox.list')}
                controls="conversation-list"
                width={listWidth}
                min={LIST_WIDTH.min}
                max={LIST_WIDTH.max}
                onReset={() => setListWidth(LIST_WIDTH.start)}
                onResize={(width) => {
                  setListWidth(width);
                  keep(width);
                }}
              />
              <ConversationPane />
            </>
          )}
        </div>
      </div>
      <Dialogs />
      <NewAdminHost />
      <AskPasswordHost />
      <VerificationHost />
    </div>
  );
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(width: number): void {
  try {
    localStorage.setItem(KEPT, String(width));
  } catch {
    // The width lasts as long as the window.
  }
}
