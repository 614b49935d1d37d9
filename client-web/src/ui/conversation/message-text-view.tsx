import type { MessageText } from '../../domain/timeline/timeline-item.ts';
import styles from './message-body.module.css';

export function MessageTextView({ text }: { readonly text: MessageText; readonly accountKey: string; readonly roomId: string }) {
  return <div className={styles.plain}>{text.body}</div>;
}
