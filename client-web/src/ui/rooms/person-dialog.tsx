/** A person: who they are, what one shares with them, and what can be done, in the room it was opened from too. */
import { Ban, Copy, EyeOff, MessageSquare, Pencil, ShieldCheck, Undo2, UserMinus, UserPlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PresenceOfPerson, Profile, SharedRoom } from '../../domain/matrix/people.ts';
import { levelOf, mayChangeRole, mayModerate, ROLE_LEVELS, type Role } from '../../domain/rooms/power-levels.ts';
import type { RoomDetails } from '../../domain/rooms/room-details.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { copyText } from '../copy-text.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { confirm } from '../primitives/confirm.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { SectionHeading } from '../primitives/section-heading.tsx';
import { Select } from '../primitives/select.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { navigate, openConversation } from '../route.ts';
import { openDialog, type Dialogs } from '../shell/dialogs-store.ts';
import { changeRole, roleName } from './change-role.ts';
import { MxcAvatar } from './mxc-avatar.tsx';
import styles from './person-dialog.module.css';
import { useRoomDetails } from './use-room-details.ts';

const FEW_ROOMS = 4;

export function PersonDialog({ accountKey, userId, roomId, onClose }: Dialogs['person'] & { readonly onClose: () => void }) {
  const t = useT();
  const live = useLive(accountKey);
  const profile = useProfile(accountKey, userId, roomId);
  const { presence, status } = usePresence(accountKey, userId);
  const ignored = useIgnored(accountKey, userId);
  const [busy, setBusy] = useState(false);
  const mine = live?.client.getUserId() === userId;
  const name = profile?.name ?? userId;
  const talk = async (): Promise<void> => {
    if (!live) return;
    setBusy(true);
    try {
      const room = await live.rooms.startDirect(userId);
      onClose();
      openConversation(accountKey, room);
    } finally {
      setBusy(false);
    }
  };
  const toggleIgnored = async (): Promise<void> => {
    if (!ignored) {
      const sure = await confirm({
        title: t('rooms.person.ignoreTitle', { name }),
        body: t('rooms.person.ignoreBody'),
        action: t('rooms.person.ignore'),
        danger: true,
      });
      if (!sure) return;
    }
    await live?.people.setIgnored(userId, !ignored);
  };
  return (
    <Dialog title={name} hideTitle size="small" isOpen onOpenChange={(open) => !open && onClose()} className={styles.dialog!}>
      <div className={styles.head}>
        <MxcAvatar accountKey={accountKey} id={userId} name={name} mxc={profile?.avatarMxc} size={96} />
        <h2 className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        <span className={styles.id}>
          <bdi>{userId}</bdi>
          <IconButton label={t('rooms.person.copyId')} size="small" onPress={() => attempt(copyText(userId))}>
            <Copy />
          </IconButton>
        </span>
        {(presence !== undefined || status !== undefined) && (
          <p className={styles.presence}>
            {presence !== undefined && <span className={styles.dot} data-presence={presence} aria-hidden />}
            {presence !== undefined && <span>{t(`common.presence.${presence}`)}</span>}
            {status !== undefined && <bdi>{status}</bdi>}
          </p>
        )}
        {profile?.known === false && <p className={styles.warning}>{t('rooms.person.unknown')}</p>}
        {ignored && <p className={styles.warning}>{t('rooms.person.ignored')}</p>}
      </div>
      <div className={styles.actions}>
        {mine ? (
          <Button
            wide
            icon={<Pencil />}
            onPress={() => {
              onClose();
              navigate({ page: 'settings', section: 'profile', accountKey });
            }}
          >
            {t('rooms.person.editProfile')}
          </Button>
        ) : (
          <>
            <Button kind="primary" wide icon={<MessageSquare />} loading={busy} onPress={() => attempt(talk())} isDisabled={!live}>
              {t('rooms.person.message')}
            </Button>
            <Button wide icon={<ShieldCheck />} onPress={() => openDialog('verify', { accountKey, userId })}>
              {t('rooms.person.verify')}
            </Button>
          </>
        )}
      </div>
      {roomId !== undefined && <InRoom accountKey={accountKey} roomId={roomId} userId={userId} name={name} />}
      {!mine && <SharedRooms accountKey={accountKey} userId={userId} onClose={onClose} />}
      {!mine && (
        <div className={styles.list}>
          <Button kind="quiet" wide icon={ignored ? <Undo2 /> : <EyeOff />} className={styles.item!} onPress={() => attempt(toggleIgnored())}>
            {ignored ? t('rooms.person.unignore') : t('rooms.person.ignore')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface InRoomProps {
  readonly accountKey: string;
  readonly roomId: string;
  readonly userId: string;
  readonly name: string;
}

/** Their role in the room, and moderation. */
function InRoom({ accountKey, roomId, userId, name }: InRoomProps) {
  const t = useT();
  const live = useLive(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  if (!live || !details) return null;
  const membership = live.client.getRoom(roomId)?.getMember(userId)?.membership;
  const level = levelOf(details.levels, userId);
  const may = (action: 'kick' | 'ban'): boolean => mayModerate(details.levels, details.myUserId, userId, action);
  const moderate = (action: 'remove' | 'ban'): void => openDialog('moderate', { accountKey, roomId, userId, name, action });
  const mayInvite = levelOf(details.levels, details.myUserId) >= details.levels.invite;
  return (
    <section className={styles.section}>
      <SectionHeading>{t('rooms.person.inRoom', { room: details.name })}</SectionHeading>
      {membership === 'join' && <RoleSelect details={details} userId={userId} name={name} accountKey={accountKey} level={level} />}
      {membership !== 'join' && (
        <p className={styles.quiet}>
          {membership === 'invite' || membership === 'knock' || membership === 'ban' ? t(`rooms.person.is.${membership}`) : t('rooms.person.is.none')}
        </p>
      )}
      <div className={styles.list}>
        {(membership === undefined || membership === 'leave' || membership === 'knock') && mayInvite && userId !== details.myUserId && (
          <Button
            kind="quiet"
            wide
            className={styles.item!}
            icon={<UserPlus />}
            onPress={() => attempt(inviteOne(live.roomOperations.invite(roomId, [userId]), () => t('rooms.invite.sent', { count: 1 })))}
          >
            {membership === 'knock' ? t('rooms.members.letIn') : t('rooms.invite.action')}
          </Button>
        )}
        {(membership === 'join' || membership === 'invite' || membership === 'knock') && may('kick') && (
          <Button kind="quiet" wide className={styles.item!} icon={<UserMinus />} onPress={() => moderate('remove')}>
            {membership === 'join' ? t('rooms.moderate.remove') : membership === 'invite' ? t('rooms.members.takeBack') : t('rooms.members.turnAway')}
          </Button>
        )}
        {membership !== 'ban' && may('ban') && (
          <Button kind="quiet" wide className={`${styles.item} ${styles.danger}`} icon={<Ban />} onPress={() => moderate('ban')}>
            {t('rooms.moderate.ban')}
          </Button>
        )}
        {membership === 'ban' && may('ban') && (
          <Button kind="quiet" wide className={styles.item!} icon={<Undo2 />} onPress={() => attempt(live.roomOperations.unban(roomId, userId))}>
            {t('rooms.members.unban')}
          </Button>
        )}
      </div>
    </section>
  );
}

export async function inviteOne(work: Promise<readonly { readonly error: unknown }[]>, done: () => string): Promise<void> {
  const [problem] = await work;
  if (problem) throw problem.error;
  showToast({ text: done(), kind: 'success' });
}

interface RoleSelectProps {
  readonly details: RoomDetails;
  readonly accountKey: string;
  readonly userId: string;
  readonly name: string;
  readonly level: number;
  readonly hideLabel?: boolean;
}

/** The roles that one may give; shown as words where one may give none. */
export function RoleSelect({ details, accountKey, userId, name, level, hideLabel = false }: RoleSelectProps) {
  const t = useT();
  const live = useLive(accountKey);
  const [busy, setBusy] = useState(false);
  const my = levelOf(details.levels, details.myUserId);
  if (!mayChangeRole(details.levels, details.myUserId, userId)) {
    return <p className={styles.quiet}>{roleName(level)}</p>;
  }
  const roles = (Object.entries(ROLE_LEVELS) as [Exclude<Role, 'owner'>, number][]).filter(([, one]) => one <= my);
  const isPlain = roles.some(([, one]) => one === level);
  return (
    <Select
      label={hideLabel ? t('rooms.roles.of', { name }) : t('rooms.roles.role')}
      hideLabel={hideLabel}
      isDisabled={busy}
      options={[
        ...(isPlain ? [] : [{ value: String(level), label: roleName(level) }]),
        ...roles.map(([role, one]) => ({ value: String(one), label: t(`rooms.role.${role}`), hint: t(`rooms.role.${role}Hint`) })),
      ]}
      value={String(level)}
      onChange={(value) => {
        if (!live || Number(value) === level) return;
        setBusy(true);
        attempt(changeRole({ live, details, userId, name, level: Number(value) }).finally(() => setBusy(false)));
      }}
    />
  );
}

function SharedRooms({ accountKey, userId, onClose }: { readonly accountKey: string; readonly userId: string; readonly onClose: () => void }) {
  const t = useT();
  const live = useLive(accountKey);
  const [rooms, setRooms] = useState<readonly SharedRoom[]>([]);
  const [all, setAll] = useState(false);
  useEffect(() => {
    let current = true;
    void live?.people.sharedRooms(userId).then((found) => current && setRooms(found));
    return () => {
      current = false;
    };
  }, [live, userId]);
  if (rooms.length === 0) return null;
  return (
    <section className={styles.section}>
      <SectionHeading>{t('rooms.person.shared', { count: rooms.length })}</SectionHeading>
      <ul className={styles.list}>
        {rooms.slice(0, all ? undefined : FEW_ROOMS).map((room) => (
          <li key={room.roomId}>
            <button
              type="button"
              className={styles.room}
              onClick={() => {
                onClose();
                openConversation(accountKey, room.roomId);
              }}
            >
              <MxcAvatar accountKey={accountKey} id={room.roomId} name={room.name} mxc={room.avatarMxc} size={24} shape="room" />
              <bdi>{room.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {rooms.length > FEW_ROOMS && (
        <Button kind="quiet" size="small" onPress={() => setAll(!all)}>
          {all ? t('common.showLess') : t('common.showMore')}
        </Button>
      )}
    </section>
  );
}

/** What the room says of them at once, what their server says when it has answered. */
function useProfile(accountKey: string, userId: string, roomId: string | undefined): Pick<Profile, 'name' | 'avatarMxc' | 'known'> | undefined {
  const live = useLive(accountKey);
  const [profile, setProfile] = useState<Profile>();
  useEffect(() => {
    let current = true;
    void live?.people.profile(userId).then((found) => current && setProfile(found));
    return () => {
      current = false;
    };
  }, [live, userId]);
  const member = roomId === undefined ? undefined : live?.people.inRoom(roomId, userId);
  if (profile?.userId === userId && profile.known) return profile;
  return member ? { ...member, known: true } : profile?.userId === userId ? profile : undefined;
}

function usePresence(accountKey: string, userId: string): PresenceOfPerson {
  const live = useLive(accountKey);
  const [, changed] = useState(0);
  useEffect(() => live?.people.watchPresence(userId, () => changed((count) => count + 1)), [live, userId]);
  return live?.people.presence(userId) ?? { presence: undefined, status: undefined };
}

export function useIgnored(accountKey: string, userId: string): boolean {
  const live = useLive(accountKey);
  const [, changed] = useState(0);
  useEffect(() => live?.people.watchIgnored(() => changed((count) => count + 1)), [live]);
  return live?.people.isIgnored(userId) ?? false;
}
