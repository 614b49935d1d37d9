/** Who may do what in a room (Client-Server API, `m.room.power_levels`), in words: roles instead of numbers. */

/** Creators of rooms from version 12 on are above every number. */
export const CREATOR_LEVEL = Infinity;
export const ADMIN_LEVEL = 100;
export const MODERATOR_LEVEL = 50;
export const MEMBER_LEVEL = 0;

export type Role = 'owner' | 'admin' | 'moderator' | 'member';

export interface PowerLevels {
  readonly users: Readonly<Record<string, number>>;
  readonly usersDefault: number;
  readonly events: Readonly<Record<string, number>>;
  readonly eventsDefault: number;
  readonly stateDefault: number;
  readonly invite: number;
  readonly kick: number;
  readonly ban: number;
  readonly redact: number;
  readonly notifyRoom: number;
  /** Above all levels; none before room version 12. */
  readonly creators: readonly string[];
}

type Content = Readonly<Record<string, unknown>>;

const record = (value: unknown): Content => (typeof value === 'object' && value !== null ? (value as Content) : {});

/** Older rooms may hold levels as strings of digits. */
function level(value: unknown, fallback: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value);
  return typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : fallback;
}

const levelsOf = (value: unknown): Record<string, number> => {
  const levels: Record<string, number> = {};
  for (const [key, one] of Object.entries(record(value))) {
    const read = level(one, Number.NaN);
    if (!Number.isNaN(read)) levels[key] = read;
  }
  return levels;
};

/** Without the event (`content` undefined) everybody may change state, as the specification says. */
export function readPowerLevels(content: Content | undefined, creators: readonly string[]): PowerLevels {
  const given = content ?? {};
  return {
    users: levelsOf(given['users']),
    usersDefault: level(given['users_default'], MEMBER_LEVEL),
    events: levelsOf(given['events']),
    eventsDefault: level(given['events_default'], MEMBER_LEVEL),
    stateDefault: level(given['state_default'], content === undefined ? MEMBER_LEVEL : MODERATOR_LEVEL),
    invite: level(given['invite'], MEMBER_LEVEL),
    kick: level(given['kick'], MODERATOR_LEVEL),
    ban: level(given['ban'], MODERATOR_LEVEL),
    redact: level(given['redact'], MODERATOR_LEVEL),
    notifyRoom: level(record(given['notifications'])['room'], MODERATOR_LEVEL),
    creators,
  };
}

export const levelOf = (levels: PowerLevels, userId: string): number =>
  levels.creators.includes(userId) ? CREATOR_LEVEL : (levels.users[userId] ?? levels.usersDefault);

export function roleOf(powerLevel: number): Role {
  if (powerLevel > ADMIN_LEVEL) return 'owner';
  if (powerLevel === ADMIN_LEVEL) return 'admin';
  return powerLevel >= MODERATOR_LEVEL ? 'moderator' : 'member';
}

/** The level that stands for a role that can be given. */
export const ROLE_LEVELS: Readonly<Record<Exclude<Role, 'owner'>, number>> = {
  admin: ADMIN_LEVEL,
  moderator: MODERATOR_LEVEL,
  member: MEMBER_LEVEL,
};

/** What takes a level, in the order it is shown. */
export const PERMISSIONS = [
  { id: 'send', field: 'events_default' },
  { id: 'invite', field: 'invite' },
  { id: 'redact', field: 'redact' },
  { id: 'kick', field: 'kick' },
  { id: 'ban', field: 'ban' },
  { id: 'notifyRoom', field: 'notifications.room' },
  { id: 'pins', event: 'm.room.pinned_events' },
  { id: 'name', event: 'm.room.name' },
  { id: 'topic', event: 'm.room.topic' },
  { id: 'avatar', event: 'm.room.avatar' },
  { id: 'addresses', event: 'm.room.canonical_alias' },
  { id: 'joinRules', event: 'm.room.join_rules' },
  { id: 'history', event: 'm.room.history_visibility' },
  { id: 'encryption', event: 'm.room.encryption' },
  { id: 'roles', event: 'm.room.power_levels' },
  { id: 'servers', event: 'm.room.server_acl' },
  { id: 'upgrade', event: 'm.room.tombstone' },
  { id: 'settings', field: 'state_default' },
] as const satisfies readonly ({ readonly id: string; readonly field: string } | { readonly id: string; readonly event: string })[];

export type PermissionId = (typeof PERMISSIONS)[number]['id'];

const permission = (id: PermissionId): { readonly field?: string; readonly event?: string } => PERMISSIONS.find((one) => one.id === id)!;

export const stateLevel = (levels: PowerLevels, eventType: string): number => levels.events[eventType] ?? levels.stateDefault;

export function levelFor(levels: PowerLevels, id: PermissionId): number {
  const { field, event } = permission(id);
  if (event !== undefined) return stateLevel(levels, event);
  switch (field) {
    case 'events_default':
      return levels.eventsDefault;
    case 'state_default':
      return levels.stateDefault;
    case 'invite':
      return levels.invite;
    case 'kick':
      return levels.kick;
    case 'ban':
      return levels.ban;
    case 'redact':
      return levels.redact;
    default:
      return levels.notifyRoom;
  }
}

/** The event's content with another level for an action. */
export function withPermission(content: Content, id: PermissionId, required: number): Content {
  const { field, event } = permission(id);
  if (event !== undefined) return { ...content, events: { ...record(content['events']), [event]: required } };
  if (field === 'notifications.room') return { ...content, notifications: { ...record(content['notifications']), room: required } };
  return { ...content, [field!]: required };
}

/** The event's content with another level for a person; the default is not written down. */
export function withUserLevel(content: Content, userId: string, powerLevel: number): Content {
  const { [userId]: _before, ...others } = record(content['users']);
  const isDefault = powerLevel === level(content['users_default'], MEMBER_LEVEL);
  return { ...content, users: isDefault ? others : { ...others, [userId]: powerLevel } };
}

export const maySetState = (levels: PowerLevels, userId: string, eventType: string): boolean =>
  levelOf(levels, userId) >= stateLevel(levels, eventType);

/** Removing and banning reach only those below oneself. */
export function mayModerate(levels: PowerLevels, who: string, target: string, action: 'kick' | 'ban'): boolean {
  const mine = levelOf(levels, who);
  return who !== target && mine >= levels[action] && levelOf(levels, target) < mine;
}

/** Up to one's own level; of others below it, and of oneself. A creator's can't be changed. */
export function mayChangeRole(levels: PowerLevels, who: string, target: string): boolean {
  if (levels.creators.includes(target) || !maySetState(levels, who, 'm.room.power_levels')) return false;
  return who === target || levelOf(levels, target) < levelOf(levels, who);
}

/** What a change of a role means for whoever makes it: it can't be taken back from an equal, nor by somebody who steps down. */
export function roleChangeWarning(levels: PowerLevels, who: string, target: string, next: number): 'equal' | 'step-down' | undefined {
  const mine = levelOf(levels, who);
  if (who === target) return next < mine ? 'step-down' : undefined;
  return next >= mine ? 'equal' : undefined;
}

/**
 * Whether nobody else of those who have joined can change roles: when this person goes, the room is left as it is for good.
 * False where nobody else is there.
 */
export function isLastAdmin(levels: PowerLevels, userId: string, joined: readonly string[]): boolean {
  const others = joined.filter((one) => one !== userId);
  const mayChangeRoles = (one: string): boolean => maySetState(levels, one, 'm.room.power_levels');
  return others.length > 0 && mayChangeRoles(userId) && !others.some(mayChangeRoles);
}

/** The level that makes somebody an admin who can change roles, as far as `userId` can give it. */
export const adminLevelBy = (levels: PowerLevels, userId: string): number =>
  Math.min(levelOf(levels, userId), Math.max(ADMIN_LEVEL, stateLevel(levels, 'm.room.power_levels')));
