import { SmilePlus } from 'lucide-react';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { formatList } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { attempt } from '../error-sentence.ts';
import { Tooltip } from '../primitives/tooltip.tsx';
import { Button as AriaButton } from 'react-aria-components';
import styles from './reactions.module.css';
import { toggleReaction } from './toggle-reaction.ts';
import { ReactionPicker } from './reaction-picker.tsx';

export function Reactions(props: { item: MessageItem; accountKey: string; roomId: string; threadRootId: string | undefined }) {
  const t = useT();
  const app = useApp();
  const live = useLive(props.accountKey);
  const { item, accountKey, roomId } = props;
  const toggle = (key: string): void => attempt(toggleReaction({ app, live, accountKey, roomId, item, key, threadRootId: props.threadRootId }));
  return (
    <div className={styles.reactions} role="group" aria-label={t('timeline.reactions')}>
      {item.reactions.map((reaction) => (
        <Tooltip
          key={reaction.key}
          text={t('timeline.reactedWith', { names: formatList(reaction.people.slice(0, 20).map((one) => one.name)), key: reaction.key })}
        >
          <AriaButton
            className={classNames(styles.reaction, reaction.mine && styles.mine)}
            aria-pressed={reaction.mine}
            isDisabled={!item.can.react}
            onPress={() => toggle(reaction.key)}
          >
            <span className={styles.key}>{reaction.key}</span>
            <span className={styles.count}>{reaction.count}</span>
          </AriaButton>
        </Tooltip>
      ))}
      {item.can.react && (
        <ReactionPicker onPick={toggle}>
          <AriaButton className={classNames(styles.reaction, styles.add)} aria-label={t('timeline.addReaction')}>
            <SmilePlus aria-hidden />
          </AriaButton>
        </ReactionPicker>
      )}
    </div>
  );
}
