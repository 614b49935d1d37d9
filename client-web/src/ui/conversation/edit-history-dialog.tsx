/** The versions of a message, the newest first, with what each changed. */
import { useEffect, useState } from 'react';
import { diffWords } from '../../domain/composer/diff-words.ts';
import type { MessageVersion } from '../../domain/matrix/message-operations.ts';
import { formatDateTime } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { LoadingPane } from '../primitives/spinner.tsx';
import { Tag } from '../primitives/tag.tsx';
import styles from './edit-history-dialog.module.css';

export interface EditHistoryDialogProps {
  readonly accountKey: string;
  readonly roomId: string;
  readonly eventId: string;
  readonly onClose: () => void;
}

export function EditHistoryDialog({ accountKey, roomId, eventId, onClose }: EditHistoryDialogProps) {
  const t = useT();
  const live = useLive(accountKey);
  const [versions, setVersions] = useState<readonly MessageVersion[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let current = true;
    live?.messages.versions(roomId, eventId).then(
      (found) => current && setVersions(found),
      (error: unknown) => current && setProblem(errorSentence(error)),
    );
    return () => {
      current = false;
    };
  }, [live, roomId, eventId]);
  return (
    <Dialog title={t('timeline.history')} isOpen onOpenChange={(open) => !open && onClose()} size="medium">
      {problem !== undefined ? (
        <Banner kind="danger">{problem}</Banner>
      ) : versions === undefined ? (
        <LoadingPane />
      ) : (
        <ol className={styles.versions}>
          {versions
            .map((version, index) => (
              <li key={index} className={styles.version}>
                <header className={styles.head}>
                  <time>{formatDateTime(version.ts)}</time>
                  {index === 0 && <Tag>{t('timeline.original')}</Tag>}
                  {index > 0 && index === versions.length - 1 && <Tag kind="accent">{t('timeline.newest')}</Tag>}
                </header>
                <p className={styles.text} dir="auto">
                  {index === 0
                    ? version.text.body
                    : diffWords(versions[index - 1]!.text.body, version.text.body).map((part, at) =>
                        part.kind === 'added' ? (
                          <ins key={at}>{part.text}</ins>
                        ) : part.kind === 'removed' ? (
                          <del key={at}>{part.text}</del>
                        ) : (
                          part.text
                        ),
                      )}
                </p>
              </li>
            ))
            .toReversed()}
        </ol>
      )}
    </Dialog>
  );
}
