/** Pictures, videos, sounds, files and stickers of messages. What could act as part of the page (SVG, HTML) is only ever saved. */
import type { ReactNode } from 'react';
import { isShownPicture, shownAs } from '../../domain/media/shown-types.ts';
import type { MediaContent } from '../../domain/timeline/timeline-item.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { useConversationPlace, type ConversationPlace } from './conversation-context.ts';
import { AudioPlayer } from './media/audio-player.tsx';
import { FileCard } from './media/file-card.tsx';
import styles from './media/media.module.css';
import { Picture } from './media/picture.tsx';
import { Video } from './media/video.tsx';
import { MessageTextView } from './message-text-view.tsx';

export interface MessageMediaProps {
  readonly media: MediaContent;
  readonly accountKey: string;
  readonly eventId: string | undefined;
  readonly after: ReactNode;
}

/** All pictures and videos of the conversation that are loaded, with this one shown. */
function openViewer({ timeline, accountKey }: ConversationPlace, eventId: string): void {
  const images = timeline.state.getState().items.flatMap((item) => {
    if (item.type !== 'message' || item.content.type !== 'media' || item.eventId === undefined) return [];
    const { media } = item.content;
    return media.kind !== 'sticker' && shownAs(media) ? [{ eventId: item.eventId, media, sender: item.sender, ts: item.ts }] : [];
  });
  openDialog('lightbox', { accountKey, images, eventId });
}

export function MessageMedia({ media, accountKey, eventId, after }: MessageMediaProps) {
  const place = useConversationPlace();
  const open = place && eventId !== undefined && shownAs(media) ? () => openViewer(place, eventId) : undefined;
  return (
    <figure className={styles.figure}>
      {content()}
      {media.caption && (
        <figcaption className={styles.caption}>
          <MessageTextView id={eventId} text={media.caption} after={after} />
        </figcaption>
      )}
    </figure>
  );

  function content() {
    switch (media.kind) {
      case 'sticker':
        return <Picture media={media} accountKey={accountKey} onOpen={undefined} />;
      case 'image':
        if (!isShownPicture(media)) return <FileCard media={media} accountKey={accountKey} />;
        return <Picture media={media} accountKey={accountKey} onOpen={open} />;
      case 'video':
        return <Video media={media} accountKey={accountKey} />;
      case 'audio':
        return <AudioPlayer media={media} accountKey={accountKey} />;
      case 'file':
        return <FileCard media={media} accountKey={accountKey} onOpen={open} />;
    }
  }
}
