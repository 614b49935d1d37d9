/** Giving somebody a role, after a warning where it can't be taken back. */
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { roleChangeWarning, roleOf, stateLevel, type Role } from '../../domain/rooms/power-levels.ts';
import type { RoomDetails } from '../../domain/rooms/room-details.ts';
import { t } from '../../i18n/i18n.ts';
import { confirm } from '../primitives/confirm.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { askForNewAdmin } from './ask-new-admin.ts';

export interface RoleChange {
  readonly live: LiveSession;
  readonly details: RoomDetails;
  readonly userId: string;
  readonly name: string;
  readonly level: number;
}

export async function changeRole({ live, details, userId, name, level }: RoleChange): Promise<void> {
  const warning = roleChangeWarning(details.levels, details.myUserId, userId, level);
  const role = roleName(level);
  const givesUpRoles = warning === 'step-down' && level < stateLevel(details.levels, 'm.room.power_levels');
  if (givesUpRoles && (await live.roomSettings.amLastAdmin(details.roomId))) {
    const asked = { accountKey: live.account.key, roomId: details.roomId, name: details.name, goingTo: 'stepDown' } as const;
    if (!(await askForNewAdmin(asked))) return;
  } else if (warning !== undefined) {
    const sure = await confirm({
      title: warning === 'equal' ? t('rooms.roles.equalTitle', { name, role }) : t('rooms.roles.stepDownTitle', { role }),
      body: warning === 'equal' ? t('rooms.roles.equalBody', { name }) : t('rooms.roles.stepDownBody'),
      action: t('rooms.roles.changeAnyway'),
      danger: true,
    });
    if (!sure) return;
  }
  await live.roomSettings.setRole(details.roomId, userId, level);
  showToast({ text: t('rooms.roles.changed', { name, role }), kind: 'success' });
}

/** "Admin", or "Member (5)" for levels that no role stands for. */
export function roleName(level: number): string {
  const role: Role = roleOf(level);
  const plain = level === 0 || level === 50 || level >= 100;
  return plain ? t(`rooms.role.${role}`) : t('rooms.role.custom', { role: t(`rooms.role.${role}`), level });
}
