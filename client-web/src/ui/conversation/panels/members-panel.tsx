/** Who is here: grouped by role, searched, as many as there are. */
import { Ban, EyeOff, MessageSquare, MoreHorizontal, ShieldHalf, Undo2, UserMinus, UserPlus, UserRound } from 'lucide-react';
import { memo, useDeferredValue, useMemo, useState } from 'react';
import { VList } from 'virtua';
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import { memberRows, type Member, type MemberGroup } from '../../../domain/rooms/member-rows.ts';
import { levelOf, mayChangeRole, mayModerate, ROLE_LEVELS, type Role } from '../../../domain/rooms/power-levels.ts';
import type { RoomDetails } from '../../../domain/rooms/room-details.ts';
import { formatNumber } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useLive } from '../../app-context.ts';
import { attempt, errorSentence } from '../../error-sentence.ts';
import { Banner } from '../../primitives/banner.tsx';
import { Button } from '../../primitives/button.tsx';
import { EmptyState } from '../../primitives/empty-state.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Menu, MenuItem, MenuSection, MenuSeparator, MenuTrigger, Submenu } from '../../primitives/menu.tsx';
import { SearchField } from '../../primitives/search-field.tsx';
import { SkeletonRows } from '../../primitives/skeleton.tsx';
import { Tag } from '../../primitives/tag.tsx';
import { openConversation } from '../../route.ts';
import { changeRole } from '../../rooms/change-role.ts';
import { MxcAvatar } from '../../rooms/mxc-avatar.tsx';
import { inviteOne, useIgnored } from '../../rooms/person-dialog.tsx';
import { useMembers, useRoomDetails } from '../../rooms/use-room-details.ts';
import { openDialog } from '../../shell/dialogs-store.ts';
import styles from './members-panel.module.css';
import panelStyles from './panel.module.css';

const ROW_HEIGHT = 48;
const touch = (): boolean => matchMedia('(hover: none)').matches;

export function MembersPanel({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const { accountKey, roomId } = conversation;
  const details = useRoomDetails(accountKey, roomId);
  const { members, loading, error, retry } = useMembers(accountKey, roomId);
  const [text, setText] = useState('');
  const typed = useDeferredValue(text);
  const rows = useMemo(() => memberRows(members, typed), [members, typed]);
  const mayInvite = details !== undefined && levelOf(details.levels, details.myUserId) >= details.levels.invite;
  return (
    <>
      <div className={styles.tools}>
        <SearchField label={t('rooms.members.search')} value={text} onChange={setText} />
        <IconButton label={t('inbox.invite')} kind="soft" onPress={() => openDialog('invite', { accountKey, roomId })} isDisabled={!mayInvite}>
          <UserPlus />
        </IconButton>
      </div>
      {error !== undefined && (
        <div className={panelStyles.tools}>
          <Banner
            kind="warning"
            action={
              <Button size="small" onPress={retry}>
                {t('common.retry')}
              </Button>
            }
          >
            {errorSentence(error)}
          </Banner>
        </div>
      )}
      <div className={panelStyles.list} aria-busy={loading}>
        {rows.length > 0 ? (
          <VList className={panelStyles.rows!} data={rows} itemSize={ROW_HEIGHT} role="list" aria-label={t('rooms.members.title')}>
            {(row) =>
              row.kind === 'group' ? (
                <h3 key={`group ${row.group}`} className={styles.group} role="presentation">
                  {t(`rooms.members.group.${row.group}`)} <span>{formatNumber(row.count)}</span>
                </h3>
              ) : (
                <MemberLine key={row.member.userId} member={row.member} group={row.group} details={details} accountKey={accountKey} />
              )
            }
          </VList>
        ) : loading ? (
          <SkeletonRows rows={8} />
        ) : (
          <EmptyState size="small" title={t('rooms.members.nobody')}>
            {t('rooms.people.nothing')}
          </EmptyState>
        )}
      </div>
    </>
  );
}

interface MemberLineProps {
  readonly member: Member;
  readonly group: MemberGroup;
  readonly details: RoomDetails | undefined;
  readonly accountKey: string;
}

const MemberLine = memo(function MemberLine({ member, group, details, accountKey }: MemberLineProps) {
  const t = useT();
  // A menu for each of thousands of lines would make scrolling slow: it is there when somebody is at the line.
  const [near, setNear] = useState(touch);
  const mine = member.userId === details?.myUserId;
  const show = (): void => openDialog('person', { accountKey, userId: member.userId, roomId: details?.roomId });
  return (
    <div role="listitem" className={styles.member} data-user={member.userId} onPointerEnter={() => setNear(true)} onFocus={() => setNear(true)}>
      <button type="button" className={styles.main} onClick={show}>
        <MxcAvatar
          accountKey={accountKey}
          id={member.userId}
          name={member.name}
          mxc={member.avatarMxc}
          size={32}
          {...(member.presence === undefined || group === 'ban' ? {} : { presence: member.presence })}
        />
        <span className={styles.words}>
          <span className={styles.line}>
            <bdi className={styles.name}>{member.name}</bdi>
            {mine && <Tag>{t('rooms.person.you')}</Tag>}
          </span>
          <span className={styles.hint}>{member.reason ?? member.userId}</span>
        </span>
      </button>
      {group === 'knock' && details && <KnockAnswer member={member} details={details} accountKey={accountKey} />}
      <span className={styles.more}>
        {near && !mine && details && (
          <MenuTrigger>
            <IconButton label={t('rooms.members.actions', { name: member.name })} size="small">
              <MoreHorizontal />
            </IconButton>
            <Menu label={t('rooms.members.actions', { name: member.name })} placement="bottom end">
              <MemberMenu member={member} details={details} accountKey={accountKey} onShow={show} />
            </Menu>
          </MenuTrigger>
        )}
      </span>
    </div>
  );
});

function KnockAnswer({ member, details, accountKey }: { readonly member: Member; readonly details: RoomDetails; readonly accountKey: string }) {
  const t = useT();
  const live = useLive(accountKey);
  if (!live || levelOf(details.levels, details.myUserId) < details.levels.invite) return null;
  return (
    <Button
      size="small"
      kind="primary"
      onPress={() =>
        attempt(inviteOne(live.roomOperations.invite(details.roomId, [member.userId]), () => t('rooms.members.letInDone', { name: member.name })))
      }
    >
      {t('rooms.members.letIn')}
    </Button>
  );
}

interface MemberMenuProps {
  readonly member: Member;
  readonly details: RoomDetails;
  readonly accountKey: string;
  readonly onShow: () => void;
}

function MemberMenu({ member, details, accountKey, onShow }: MemberMenuProps) {
  const t = useT();
  const live = useLive(accountKey);
  const ignored = useIgnored(accountKey, member.userId);
  const { userId, name, membership } = member;
  const { roomId, levels, myUserId } = details;
  const moderate = (action: 'remove' | 'ban'): void => openDialog('moderate', { accountKey, roomId, userId, name, action });
  const talk = async (): Promise<void> => {
    if (live) openConversation(accountKey, await live.rooms.startDirect(userId));
  };
  const mayKick = membership !== 'ban' && mayModerate(levels, myUserId, userId, 'kick');
  const mayBan = mayModerate(levels, myUserId, userId, 'ban');
  const my = levelOf(levels, myUserId);
  const roles = (Object.entries(ROLE_LEVELS) as [Exclude<Role, 'owner'>, number][]).filter(([, level]) => level <= my);
  return (
    <>
      <MenuItem icon={<UserRound />} onAction={onShow}>
        {t('rooms.panel.profile')}
      </MenuItem>
      <MenuItem icon={<MessageSquare />} onAction={() => attempt(talk())}>
        {t('rooms.person.message')}
      </MenuItem>
      {membership === 'join' && mayChangeRole(levels, myUserId, userId) && (
        <Submenu label={t('rooms.roles.role')} icon={<ShieldHalf />}>
          <MenuSection
            title={t('rooms.roles.role')}
            hideTitle
            selectionMode="single"
            selectedKeys={[String(member.level)]}
            disallowEmptySelection
            onSelectionChange={(keys) => {
              const level = Number([...(keys as Set<string>)][0]);
              if (live && level !== member.level) attempt(changeRole({ live, details, userId, name, level }));
            }}
          >
            {roles.map(([role, level]) => (
              <MenuItem key={role} id={String(level)} hint={t(`rooms.role.${role}Hint`)} textValue={t(`rooms.role.${role}`)}>
                {t(`rooms.role.${role}`)}
              </MenuItem>
            ))}
          </MenuSection>
        </Submenu>
      )}
      <MenuItem icon={ignored ? <Undo2 /> : <EyeOff />} onAction={() => live && attempt(live.people.setIgnored(userId, !ignored))}>
        {ignored ? t('rooms.person.unignore') : t('rooms.person.ignore')}
      </MenuItem>
      {(mayKick || mayBan) && <MenuSeparator />}
      {mayKick && (
        <MenuItem icon={<UserMinus />} danger onAction={() => moderate('remove')}>
          {membership === 'invite' ? t('rooms.members.takeBack') : membership === 'knock' ? t('rooms.members.turnAway') : t('rooms.moderate.remove')}
        </MenuItem>
      )}
      {mayBan && membership !== 'ban' && (
        <MenuItem icon={<Ban />} danger onAction={() => moderate('ban')}>
          {t('rooms.moderate.ban')}
        </MenuItem>
      )}
      {mayBan && membership === 'ban' && (
        <MenuItem icon={<Undo2 />} onAction={() => live && attempt(live.roomOperations.unban(roomId, userId))}>
          {t('rooms.members.unban')}
        </MenuItem>
      )}
    </>
  );
}
