import type { Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './room-start.module.css';

export function RoomStart({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const { accountKey, roomId, avatarMxc, name, kind, topic } = conversation;
  const { url } = useMediaUrl(accountKey, avatarMxc === undefined ? undefined : { mxc: avatarMxc, width: 64, height: 64, method: 'crop' });
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
      {kind === 'room' && (
        <Button onPress={() => openDialog('invite', { accountKey, roomId })} className={styles.invite!}>
          {t('inbox.invite')}
        </Button>
      )}
    </div>
  );
}
