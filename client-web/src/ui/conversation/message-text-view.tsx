import type { ReactNode } from 'react';
import { previewLinks } from '../../domain/messages/preview-links.ts';
import type { MessageText } from '../../domain/timeline/timeline-item.ts';
import { LinkPreviews } from './link-previews.tsx';
import { MessageBody, readMessage } from './message-html/message-body.tsx';
import { useMessageParts } from './message-html/message-parts.ts';

const MAY_LINK = /https?:\/\//i;

export interface MessageTextViewProps {
  readonly text: MessageText;
  /** Of the message. */
  readonly id?: string | undefined;
  /** In its last line. */
  readonly after?: ReactNode;
  /** Of a message whose links are looked up. */
  readonly previewsOf?: { readonly eventId: string; readonly ts: number } | undefined;
}

export function MessageTextView({ text, id, after, previewsOf }: MessageTextViewProps) {
  const { sanitise } = useMessageParts();
  const links = previewsOf && (MAY_LINK.test(text.body) || MAY_LINK.test(text.html ?? '')) ? previewLinks(readMessage(text, sanitise).tree) : [];
  return (
    <>
      <MessageBody text={text} id={id} after={after} />
      {previewsOf && links.length > 0 && <LinkPreviews links={links} eventId={previewsOf.eventId} ts={previewsOf.ts} />}
    </>
  );
}
