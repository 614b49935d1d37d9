import { History } from 'lucide-react';
import { conversationId, type Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { useConversation } from '../app-context.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { openConversation } from '../route.ts';
import { useRoomDetails } from '../rooms/use-room-details.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './room-start.module.css';

export function RoomStart({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const { accountKey, roomId, avatarMxc, name, kind, topic } = conversation;
  const { url } = useMediaUrl(accountKey, avatarMxc === undefined ? undefined : { mxc: avatarMxc, width: 64, height: 64, method: 'crop' });
  const predecessor = useRoomDetails(accountKey, roomId)?.predecessor;
  const known = useConversation(predecessor && conversationId(accountKey, predecessor.roomId)) !== undefined;
  const before = known ? predecessor : undefined;
  return (
    <div className={styles.start}>
      <Avatar
        id={conversation.otherUserId ?? roomId}
        name={name}
        size={64}
        shape={kind === 'direct' ? 'person' : 'room'}
        {...(url === undefined ? {} : { src: url })}
      />
      <h2 className={styles.name}>
        <bdi>{name}</bdi>
      </h2>
      <p className={styles.text}>{kind === 'direct' ? t('timeline.startDirect', { name }) : t('timeline.start', { name })}</p>
      {topic !== undefined && <p className={styles.text}>{topic}</p>}
      {before !== undefined && (
        <Button
          icon={<History />}
          onPress={() => openConversation(accountKey, before.roomId, { eventId: before.eventId })}
          className={styles.invite!}
        >
          {t('rooms.before')}
        </Button>
      )}
      {kind === 'room' && (
        <Button onPress={() => openDialog('invite', { accountKey, roomId })} className={styles.invite!}>
          {t('inbox.invite')}
        </Button>
      )}
    </div>
  );
}
