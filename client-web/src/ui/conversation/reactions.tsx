import { SmilePlus } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { formatList } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { attempt } from '../error-sentence.ts';
import styles from './reactions.module.css';
import { toggleReaction } from './toggle-reaction.ts';

const AddReaction = lazy(async () => ({ default: (await import('./add-reaction.tsx')).AddReaction }));

const MOST_NAMED = 20;

export interface ReactionsProps {
  readonly item: MessageItem;
  readonly accountKey: string;
  readonly roomId: string;
  readonly threadRootId: string | undefined;
  /** The pointer or the focus is on the message: only then there is a button for more. */
  readonly near: boolean;
  readonly onBusy: (busy: boolean) => void;
}

export function Reactions({ item, accountKey, roomId, threadRootId, near, onBusy }: ReactionsProps) {
  const t = useT();
  const app = useApp();
  const live = useLive(accountKey);
  const toggle = (key: string): void => attempt(toggleReaction({ app, live, accountKey, roomId, item, key, threadRootId }));
  return (
    <div className={styles.reactions} role="group" aria-label={t('timeline.reactions')}>
      {item.reactions.map(({ key, mine, people, count }) => {
        const names = formatList(people.slice(0, MOST_NAMED).map((one) => one.name));
        return (
          <button
            key={key}
            type="button"
            className={classNames(styles.reaction, mine && styles.mine)}
            aria-pressed={mine}
            aria-label={`${key} ${count}`}
            title={t('timeline.reactedWith', { names, key })}
            disabled={!item.can.react}
            onClick={() => toggle(key)}
          >
            <span className={styles.key}>{key}</span>
            <span className={styles.count}>{count}</span>
          </button>
        );
      })}
      {item.can.react && (
        <Suspense fallback={<AddPlace />}>
          {near ? (
            <AddReaction className={classNames(styles.reaction, styles.add)} live={live} onPick={toggle} onOpenChange={onBusy} />
          ) : (
            <AddPlace />
          )}
        </Suspense>
      )}
    </div>
  );
}

/** Where the button will be. */
const AddPlace = () => (
  <span className={classNames(styles.reaction, styles.add)} aria-hidden>
    <SmilePlus />
  </span>
);
