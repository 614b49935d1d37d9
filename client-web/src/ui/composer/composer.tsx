/** Where messages are written, or why nothing can be. The editor is loaded when the page has nothing else to do. */
import { lazy, Suspense } from 'react';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { TimelineItem } from '../../domain/timeline/timeline-item.ts';
import styles from './composer.module.css';
import { useWritingBlock } from './use-writing-block.ts';
import { WritingBlocked } from './writing-blocked.tsx';

const loadEditor = async () => import('./editor.tsx');
const Editor = lazy(async () => ({ default: (await loadEditor()).Editor }));

const PRELOAD_AFTER_MS = 1_000;
if (typeof window !== 'undefined') setTimeout(() => void loadEditor().catch(() => {}), PRELOAD_AFTER_MS);

export interface ComposerProps {
  readonly conversation: Conversation;
  readonly threadRootId: string | undefined;
  readonly items: readonly TimelineItem[];
}

export function Composer(props: ComposerProps) {
  const { conversation, threadRootId } = props;
  const block = useWritingBlock(conversation.accountKey, conversation.roomId);
  if (block) return <WritingBlocked block={block} accountKey={conversation.accountKey} />;
  return (
    <Suspense
      fallback={
        <div className={styles.composer}>
          <div className={styles.coming} />
        </div>
      }
    >
      <Editor {...props} key={draftKey(conversation.accountKey, conversation.roomId, threadRootId)} />
    </Suspense>
  );
}
