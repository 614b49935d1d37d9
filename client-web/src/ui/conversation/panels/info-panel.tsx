/** About the conversation: who it is with, how loud it is, and ways into the rest. */
import { Bell, ChevronRight, Files, Link2, Lock, LogOut, MessagesSquare, Pin, Settings, UserPlus, UserRound, Users } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import type { NotificationLevel } from '../../../domain/matrix/room-actions.ts';
import { levelOf } from '../../../domain/rooms/power-levels.ts';
import { formatNumber } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useAccount, useAccounts, useApp, useLive } from '../../app-context.ts';
import { attempt } from '../../error-sentence.ts';
import { triage } from '../../inbox/triage-actions.ts';
import { Button } from '../../primitives/button.tsx';
import { Menu, MenuItem, MenuSection, MenuTrigger } from '../../primitives/menu.tsx';
import { Tag } from '../../primitives/tag.tsx';
import { setPanel } from '../../route.ts';
import { copyRoomLink } from '../../rooms/copy-room-link.ts';
import { MxcAvatar } from '../../rooms/mxc-avatar.tsx';
import { NOTIFICATION_LEVELS, useNotificationLevel } from '../../rooms/use-notification-level.ts';
import { useMembers, useRoomDetails } from '../../rooms/use-room-details.ts';
import { openDialog } from '../../shell/dialogs-store.ts';
import styles from './info-panel.module.css';

const FACES = 7;
const LONG_TOPIC = 180;

export function InfoPanel({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId, kind, name, otherUserId } = conversation;
  const live = useLive(accountKey);
  const several = useAccounts().length > 1;
  const account = useAccount(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  const [level, setLevel] = useNotificationLevel(accountKey, roomId);
  const where = { accountKey, roomId };
  const mayInvite = details !== undefined && levelOf(details.levels, details.myUserId) >= details.levels.invite;
  return (
    <div className={styles.scroll}>
      <div className={styles.head}>
        <MxcAvatar
          accountKey={accountKey}
          id={otherUserId ?? roomId}
          name={name}
          mxc={conversation.avatarMxc}
          size={80}
          shape={kind === 'direct' ? 'person' : 'room'}
        />
        <h3 className={styles.name}>
          <bdi>{name}</bdi>
        </h3>
        {details?.canonicalAlias !== undefined && <bdi className={styles.alias}>{details.canonicalAlias}</bdi>}
        {kind === 'direct' && otherUserId !== undefined && <bdi className={styles.alias}>{otherUserId}</bdi>}
        <div className={styles.tags}>
          {conversation.encrypted && (
            <Tag kind="success" icon={<Lock />}>
              {t('inbox.encryptedMark')}
            </Tag>
          )}
          {details && kind !== 'direct' && details.access !== 'unknown' && <Tag>{t(`rooms.access.${details.access}`)}</Tag>}
          {conversation.network && <Tag>{t('inbox.via', { network: conversation.network.name })}</Tag>}
          {several && account && <Tag>{account.userId}</Tag>}
        </div>
        {details !== undefined && details.topic !== '' && <Topic text={details.topic} />}
      </div>
      <div className={styles.quick}>
        {kind === 'direct' && otherUserId !== undefined ? (
          <Quick icon={<UserRound />} onPress={() => openDialog('person', { accountKey, userId: otherUserId, roomId })}>
            {t('rooms.panel.profile')}
          </Quick>
        ) : (
          <Quick icon={<UserPlus />} onPress={() => openDialog('invite', where)} isDisabled={!mayInvite}>
            {t('rooms.panel.invite')}
          </Quick>
        )}
        <Quick icon={<Link2 />} onPress={() => live && attempt(copyRoomLink(live, roomId, t))}>
          {t('rooms.panel.link')}
        </Quick>
        <Quick icon={<Settings />} onPress={() => openDialog('room-settings', where)}>
          {t('common.settings')}
        </Quick>
      </div>
      <nav className={styles.rows} aria-label={t('rooms.info')}>
        <PanelRow icon={<Users />} count={conversation.memberCount} onPress={() => setPanel('members')} after={<Faces conversation={conversation} />}>
          {t('rooms.members.title')}
        </PanelRow>
        <PanelRow icon={<MessagesSquare />} onPress={() => setPanel('threads')}>
          {t('timeline.threads')}
        </PanelRow>
        <PanelRow icon={<Pin />} count={details?.pinned.length ?? 0} onPress={() => setPanel('pins')}>
          {t('timeline.pins')}
        </PanelRow>
        <PanelRow icon={<Files />} onPress={() => setPanel('files')}>
          {t('rooms.files.title')}
        </PanelRow>
      </nav>
      <div className={styles.rows}>
        <MenuTrigger>
          <Button
            kind="quiet"
            wide
            className={styles.row!}
            icon={<Bell />}
            after={<span className={styles.value}>{t(`rooms.notify.${level}`)}</span>}
          >
            {t('rooms.notify.short')}
          </Button>
          <Menu label={t('rooms.notify.label')} placement="bottom end">
            <MenuSection
              title={t('rooms.notify.label')}
              selectionMode="single"
              selectedKeys={[level]}
              disallowEmptySelection
              onSelectionChange={(keys) => setLevel([...(keys as Set<NotificationLevel>)][0] ?? 'default')}
            >
              {NOTIFICATION_LEVELS.map((one) => (
                <MenuItem key={one} id={one} hint={t(`rooms.notify.${one}Hint`)} textValue={t(`rooms.notify.${one}`)}>
                  {t(`rooms.notify.${one}`)}
                </MenuItem>
              ))}
            </MenuSection>
          </Menu>
        </MenuTrigger>
        <Button kind="quiet" wide className={`${styles.row} ${styles.danger}`} icon={<LogOut />} onPress={() => void triage.leave(app, conversation)}>
          {t('inbox.leave')}
        </Button>
      </div>
    </div>
  );
}

function Topic({ text }: { readonly text: string }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const long = text.length > LONG_TOPIC;
  return (
    <>
      <p className={styles.topic}>{long && !all ? `${text.slice(0, LONG_TOPIC).trimEnd()} …` : text}</p>
      {long && (
        <Button kind="quiet" size="small" onPress={() => setAll(!all)}>
          {all ? t('common.showLess') : t('common.showMore')}
        </Button>
      )}
    </>
  );
}

interface QuickProps {
  readonly icon: ReactNode;
  readonly onPress: () => void;
  readonly isDisabled?: boolean;
  readonly children: string;
}

function Quick({ icon, onPress, isDisabled = false, children }: QuickProps) {
  return (
    <button type="button" className={styles.button} onClick={onPress} disabled={isDisabled}>
      {icon}
      <span>{children}</span>
    </button>
  );
}

interface PanelRowProps {
  readonly icon: ReactNode;
  readonly count?: number;
  readonly after?: ReactNode;
  readonly onPress: () => void;
  readonly children: string;
}

function PanelRow({ icon, count, after, onPress, children }: PanelRowProps) {
  return (
    <Button
      kind="quiet"
      wide
      className={styles.row!}
      icon={icon}
      onPress={onPress}
      after={
        <span className={styles.after}>
          {after}
          {count !== undefined && count > 0 && <span className={styles.value}>{formatNumber(count)}</span>}
          <ChevronRight className={styles.chevron} aria-hidden />
        </span>
      }
    >
      {children}
    </Button>
  );
}

/** A few of those who are here. */
function Faces({ conversation }: { readonly conversation: Conversation }) {
  const { accountKey, roomId } = conversation;
  const { members } = useMembers(accountKey, roomId);
  const shown = members.filter((member) => member.membership === 'join').slice(0, FACES);
  if (conversation.kind === 'direct') return null;
  return (
    <span className={styles.faces} aria-hidden>
      {shown.slice(0, 4).map((member) => (
        <MxcAvatar key={member.userId} accountKey={accountKey} id={member.userId} name={member.name} mxc={member.avatarMxc} size={20} />
      ))}
    </span>
  );
}
