/** The emoji that the person uses most, one press away; all others behind the last button. */
import { Plus } from 'lucide-react';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { mostUsedEmoji, rememberUsed } from '../../domain/composer/recent-emoji.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { ClosedByBack } from '../primitives/closed-by-back.ts';
import { LoadingPane } from '../primitives/spinner.tsx';
import styles from './reaction-picker.module.css';

const EmojiPicker = lazy(async () => ({ default: (await import('../emoji/emoji-picker.tsx')).EmojiPicker }));

const QUICK = ['👍', '❤️', '😂', '🎉', '👀', '✅', '🙏', '😮'] as const;
const SHOWN = 8;

export interface ReactionPickerProps {
  readonly live: LiveSession | undefined;
  readonly onPick: (key: string) => void;
  readonly onOpenChange?: (open: boolean) => void;
  /** A react-aria button. */
  readonly children: ReactNode;
}

export function ReactionPicker({ live, onPick, onOpenChange, children }: ReactionPickerProps) {
  return (
    <DialogTrigger onOpenChange={onOpenChange}>
      {children}
      <Popover className={styles.popover!} placement="top end" offset={6} containerPadding={8}>
        <ClosedByBack />
        <ReactionChoices live={live} onPick={onPick} />
      </Popover>
    </DialogTrigger>
  );
}

/** The most used, filled up with what everybody uses. */
export function quickReactions(live: LiveSession | undefined): readonly string[] {
  const used = mostUsedEmoji(live?.writing.recentEmoji.read(), SHOWN);
  return [...new Set([...used.slice(0, SHOWN - 3), ...QUICK])].slice(0, SHOWN);
}

export function ReactionChoices({ live, onPick }: Pick<ReactionPickerProps, 'live' | 'onPick'>) {
  const t = useT();
  const [all, setAll] = useState(false);
  const quick = useMemo(() => quickReactions(live), [live]);
  return (
    <Dialog aria-label={t('timeline.addReaction')} className={all ? styles.all! : styles.dialog!}>
      {({ close }) =>
        all ? (
          <Suspense fallback={<LoadingPane />}>
            <EmojiPicker
              live={live}
              onPick={(key) => {
                close();
                onPick(key);
              }}
            />
          </Suspense>
        ) : (
          <div className={styles.row}>
            {quick.map((key) => (
              <button
                key={key}
                type="button"
                className={styles.emoji}
                aria-label={t('timeline.reactWith', { key })}
                onClick={() => {
                  if (live) void rememberUsed(live.writing.recentEmoji, [key]).catch(() => {});
                  close();
                  onPick(key);
                }}
              >
                {key}
              </button>
            ))}
            <button
              type="button"
              className={styles.more}
              aria-label={t('timeline.moreReactions')}
              title={t('timeline.moreReactions')}
              onClick={() => setAll(true)}
            >
              <Plus aria-hidden />
            </button>
          </div>
        )
      }
    </Dialog>
  );
}
