/** Who has a role, and which role each action takes: words, not numbers. */
import { useMemo, useState } from 'react';
import type { FoundPerson } from '../../../domain/matrix/people.ts';
import {
  ADMIN_LEVEL,
  levelFor,
  levelOf,
  MEMBER_LEVEL,
  MODERATOR_LEVEL,
  PERMISSIONS,
  roleOf,
  type PermissionId,
} from '../../../domain/rooms/power-levels.ts';
import { mayChange } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { attempt } from '../../error-sentence.ts';
import { Banner } from '../../primitives/banner.tsx';
import { SectionHeading } from '../../primitives/section-heading.tsx';
import { Select } from '../../primitives/select.tsx';
import { changeRole } from '../change-role.ts';
import { MxcAvatar } from '../mxc-avatar.tsx';
import { PeoplePicker } from '../people-picker.tsx';
import { RoleSelect } from '../person-dialog.tsx';
import { useMembers } from '../use-room-details.ts';
import { Locked } from './locked.tsx';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

export function RolesSection(props: SectionProps) {
  return (
    <div className={styles.section}>
      <PeopleWithRoles {...props} />
      <Permissions {...props} />
    </div>
  );
}

function PeopleWithRoles({ live, accountKey, details }: SectionProps) {
  const t = useT();
  const { members } = useMembers(accountKey, details.roomId);
  const { levels, myUserId } = details;
  const may = mayChange(details, 'm.room.power_levels');
  const people = useMemo(() => {
    const names = new Map(members.map((member) => [member.userId, member]));
    return [...new Set([...levels.creators, ...Object.keys(levels.users)])]
      .map((userId) => ({ userId, level: levelOf(levels, userId), name: names.get(userId)?.name ?? userId, avatarMxc: names.get(userId)?.avatarMxc }))
      .filter(({ level }) => level !== levels.usersDefault)
      .toSorted((a, b) => b.level - a.level || a.name.localeCompare(b.name));
  }, [levels, members]);
  const canPromote = may && levelOf(levels, myUserId) >= MODERATOR_LEVEL;
  const promote = (chosen: readonly FoundPerson[]): void => {
    const person = chosen.at(-1);
    if (person) attempt(changeRole({ live, details, userId: person.userId, name: person.name, level: MODERATOR_LEVEL }));
  };
  return (
    <section className={styles.group}>
      <SectionHeading look="page" hint={t('rooms.roles.peopleHint')}>
        {t('rooms.roles.people')}
      </SectionHeading>
      {levels.creators.length > 0 && <Banner>{t('rooms.roles.creatorsAbove', { count: levels.creators.length })}</Banner>}
      <ul className={styles.people}>
        {people.map((person) => (
          <li key={person.userId} className={styles.person}>
            <MxcAvatar accountKey={accountKey} id={person.userId} name={person.name} mxc={person.avatarMxc} size={32} />
            <span className={styles.words}>
              <bdi>{person.name}</bdi>
              <span className={styles.id}>{person.userId}</span>
            </span>
            <span className={styles.role}>
              <RoleSelect hideLabel details={details} accountKey={accountKey} userId={person.userId} name={person.name} level={person.level} />
            </span>
          </li>
        ))}
      </ul>
      {canPromote ? (
        <PeoplePicker
          accountKey={accountKey}
          label={t('rooms.roles.add')}
          chosen={[]}
          onChange={promote}
          open={false}
          refuse={(userId) =>
            members.some((member) => member.userId === userId && member.membership === 'join')
              ? levelOf(levels, userId) > levels.usersDefault
                ? t('rooms.roles.hasRole')
                : undefined
              : t('rooms.person.is.none')
          }
        />
      ) : (
        <Locked>{t('rooms.settings.lockedRoles')}</Locked>
      )}
    </section>
  );
}

function Permissions({ live, details }: SectionProps) {
  const t = useT();
  const { levels } = details;
  const my = levelOf(levels, details.myUserId);
  const may = mayChange(details, 'm.room.power_levels');
  const [busy, setBusy] = useState<PermissionId>();
  const words = (level: number): string => {
    if (level <= MEMBER_LEVEL) return t('rooms.roles.everybody');
    if (level === MODERATOR_LEVEL || level === ADMIN_LEVEL) return t(`rooms.roles.from.${roleOf(level) as 'moderator' | 'admin'}`);
    return level > ADMIN_LEVEL ? t('rooms.roles.from.owner') : t('rooms.roles.fromLevel', { level });
  };
  return (
    <section className={styles.group}>
      <SectionHeading look="page" hint={t('rooms.roles.permissionsHint')}>
        {t('rooms.roles.permissions')}
      </SectionHeading>
      <div className={styles.permissions}>
        {PERMISSIONS.map(({ id }) => {
          const level = levelFor(levels, id);
          const choices = [...new Set([MEMBER_LEVEL, MODERATOR_LEVEL, ADMIN_LEVEL, Math.max(level, MEMBER_LEVEL)])].toSorted((a, b) => a - b);
          return (
            <div key={id} className={styles.permission}>
              <span>{t(`rooms.permission.${id}`)}</span>
              {may && level <= my ? (
                <span className={styles.role}>
                  <Select
                    label={t(`rooms.permission.${id}`)}
                    hideLabel
                    isDisabled={busy === id}
                    options={choices.filter((choice) => choice <= my).map((choice) => ({ value: String(choice), label: words(choice) }))}
                    value={String(Math.max(level, MEMBER_LEVEL))}
                    onChange={(value) => {
                      if (Number(value) === level) return;
                      setBusy(id);
                      attempt(live.roomSettings.setPermission(details.roomId, id, Number(value)).finally(() => setBusy(undefined)));
                    }}
                  />
                </span>
              ) : (
                <span className={styles.id}>{words(level)}</span>
              )}
            </div>
          );
        })}
      </div>
      {!may && <Locked>{t('rooms.settings.lockedRoles')}</Locked>}
    </section>
  );
}
