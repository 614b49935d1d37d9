/** A link to a user, room or message that was opened (`#/to/…`): goes where it leads, and shows the inbox behind it. */
import { useEffect } from 'react';
import { parseJoinTarget } from '../../domain/rooms/addresses.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp, useAppState } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { openMatrixLink } from '../open-link.ts';
import { EmptyState } from '../primitives/empty-state.tsx';
import { LoadingPane } from '../primitives/spinner.tsx';
import { Button } from '../primitives/button.tsx';
import { navigate } from '../route.ts';
import styles from './link-page.module.css';

const toInbox = (replace: boolean): void => navigate({ page: 'inbox', split: 'everything', conversation: undefined }, { replace });

export function LinkPage({ target }: { readonly target: string }) {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const parsed = parseJoinTarget(target);
  const accountKey = accounts[0]?.key;
  // Rooms are known once the account has been read.
  const ready = useAppState((state) => [...state.sessions.values()].length > 0);
  useEffect(() => {
    if (!parsed || accountKey === undefined || !ready) return;
    const go = async (): Promise<void> => {
      await sessionsReady(app);
      toInbox(true);
      await openMatrixLink(
        app,
        parsed.kind === 'user'
          ? { kind: 'user', userId: parsed.userId, via: [], action: undefined }
          : parsed.eventId === undefined
            ? { kind: 'room', room: parsed.room, via: parsed.via, action: undefined }
            : { kind: 'event', room: parsed.room, eventId: parsed.eventId, via: parsed.via },
        { accountKey },
      );
    };
    attempt(go());
    // `target` stands for what was parsed from it.
  }, [app, target, accountKey, ready]);
  return (
    <main className={styles.page}>
      {parsed ? (
        <LoadingPane />
      ) : (
        <EmptyState
          title={t('rooms.link.brokenTitle')}
          action={
            <Button kind="primary" onPress={() => toInbox(false)}>
              {t('welcome.backToInbox')}
            </Button>
          }
        >
          {t('rooms.link.brokenBody')}
        </EmptyState>
      )}
    </main>
  );
}

/** Until every account is in step or can't be; not longer than a few seconds. */
async function sessionsReady(app: ReturnType<typeof useApp>): Promise<void> {
  const settled = new Set(['syncing', 'reconnecting', 'elsewhere', 'signed-out', 'failed', 'cached']);
  await Promise.race([
    new Promise((resolve) => setTimeout(resolve, 8_000)),
    Promise.all(
      [...app.state.getState().sessions.values()].map(
        async (session) =>
          new Promise<void>((resolve) => {
            const look = (): void => {
              const { status } = session.state.getState();
              if (settled.has(status.state)) resolve();
            };
            look();
            session.state.subscribe(look);
          }),
      ),
    ),
  ]);
}
