import type { MessageText } from '../../domain/timeline/timeline-item.ts';
import { MessageBody } from './message-html/message-body.tsx';

export function MessageTextView({ text }: { readonly text: MessageText }) {
  return <MessageBody text={text} />;
}
