import { MessagesSquare } from 'lucide-react';
import type { ThreadSummary } from '../../domain/timeline/timeline-item.ts';
import { formatAgo } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { Badge } from '../primitives/badge.tsx';
import { setPanel } from '../route.ts';
import { PersonAvatar } from './person-avatar.tsx';
import styles from './thread-summary.module.css';

export function ThreadSummaryLine({ thread, accountKey }: { readonly thread: ThreadSummary; readonly accountKey: string }) {
  const t = useT();
  return (
    <button type="button" className={styles.thread} onClick={() => setPanel('thread', thread.rootId)}>
      {thread.lastSender ? <PersonAvatar accountKey={accountKey} person={thread.lastSender} size={20} /> : <MessagesSquare aria-hidden />}
      <span className={styles.count}>
        {t('timeline.repliesWhen', { replies: t('timeline.replies', { count: thread.replies }), when: formatAgo(thread.lastTs) })}
      </span>
      {thread.mentions > 0 ? <Badge kind="mention" count={thread.mentions} /> : thread.unread > 0 && <Badge kind="count" count={thread.unread} />}
      <span className={styles.text}>{thread.lastText}</span>
    </button>
  );
}
