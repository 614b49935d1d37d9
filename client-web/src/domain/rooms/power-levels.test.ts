import { describe, expect, test } from '@jest/globals';
import {
  adminLevelBy,
  CREATOR_LEVEL,
  isLastAdmin,
  levelFor,
  levelOf,
  mayChangeRole,
  mayModerate,
  PERMISSIONS,
  readPowerLevels,
  roleChangeWarning,
  roleOf,
  withPermission,
  withUserLevel,
} from './power-levels.ts';

const [creator, admin, otherAdmin, moderator, member] = ['@creator:a', '@admin:a', '@other:a', '@moderator:a', '@member:a'];
const content = { users: { [admin]: 100, [otherAdmin]: 100, [moderator]: 50 }, events: { 'm.room.name': 50 }, invite: 0 };
const levels = readPowerLevels(content, [creator]);

describe('power levels', () => {
  test('creators are above every number', () => {
    expect(levelOf(levels, creator)).toBe(CREATOR_LEVEL);
    expect(roleOf(levelOf(levels, creator))).toBe('owner');
    expect([admin, moderator, member].map((id) => roleOf(levelOf(levels, id)))).toEqual(['admin', 'moderator', 'member']);
  });

  test('defaults are those of the specification, and nobody needs a level where there is no event', () => {
    expect(readPowerLevels({}, [])).toMatchObject({ stateDefault: 50, kick: 50, ban: 50, redact: 50, invite: 0, notifyRoom: 50 });
    expect(readPowerLevels(undefined, []).stateDefault).toBe(0);
  });

  test('levels of old rooms may be strings; what is no number is left out', () => {
    expect(readPowerLevels({ users: { [admin]: '100', [member]: 'much' }, kick: '60' }, [])).toMatchObject({ users: { [admin]: 100 }, kick: 60 });
  });

  test('people are moderated from above only', () => {
    expect(mayModerate(levels, admin, moderator, 'ban')).toBe(true);
    expect(mayModerate(levels, admin, otherAdmin, 'ban')).toBe(false);
    expect(mayModerate(levels, creator, admin, 'kick')).toBe(true);
    expect(mayModerate(levels, admin, creator, 'kick')).toBe(false);
    expect(mayModerate(levels, member, moderator, 'kick')).toBe(false);
    expect(mayModerate(levels, admin, admin, 'kick')).toBe(false);
  });

  test('roles change below oneself, and one may step down', () => {
    const own = readPowerLevels({ ...content, events: { 'm.room.power_levels': 100 } }, [creator]);
    expect(mayChangeRole(own, admin, moderator)).toBe(true);
    expect(mayChangeRole(own, admin, admin)).toBe(true);
    expect(mayChangeRole(own, admin, otherAdmin)).toBe(false);
    expect(mayChangeRole(own, admin, creator)).toBe(false);
    expect(mayChangeRole(own, moderator, member)).toBe(false);
  });

  test('a change that can not be taken back is known before it is made', () => {
    expect(roleChangeWarning(levels, admin, moderator, 100)).toBe('equal');
    expect(roleChangeWarning(levels, creator, moderator, 100)).toBeUndefined();
    expect(roleChangeWarning(levels, admin, admin, 50)).toBe('step-down');
    expect(roleChangeWarning(levels, admin, moderator, 0)).toBeUndefined();
  });

  test('every permission that is written is read again', () => {
    for (const { id } of PERMISSIONS) expect([id, levelFor(readPowerLevels(withPermission(content, id, 73), []), id)]).toEqual([id, 73]);
  });

  test("a person's level is written, and left out where it is the default", () => {
    expect(withUserLevel(content, member, 50)['users']).toEqual({ ...content.users, [member]: 50 });
    expect(withUserLevel(content, moderator, 0)['users']).toEqual({ [admin]: 100, [otherAdmin]: 100 });
    expect(withUserLevel({ ...content, users_default: 10 }, moderator, 0)['users']).toEqual({ ...content.users, [moderator]: 0 });
  });

  test('the last admin is whoever alone can change roles among those who are there', () => {
    const alone = readPowerLevels({ users: { [admin]: 100, [moderator]: 50 }, events: { 'm.room.power_levels': 100 } }, []);
    expect(isLastAdmin(alone, admin, [admin, moderator, member])).toBe(true);
    expect(isLastAdmin(alone, admin, [admin])).toBe(false);
    expect(isLastAdmin(alone, moderator, [admin, moderator])).toBe(false);
    expect(isLastAdmin(levels, admin, [admin, otherAdmin])).toBe(false);
    // Who has a role but is gone does not count.
    expect(isLastAdmin(alone, admin, [admin, member])).toBe(true);
    // Moderators may where the event asks for no more.
    expect(isLastAdmin(levels, admin, [admin, moderator])).toBe(false);
    const created = readPowerLevels({ events: { 'm.room.power_levels': 100 } }, [creator]);
    expect(isLastAdmin(created, creator, [creator, member])).toBe(true);
    expect(isLastAdmin({ ...created, users: { [admin]: 100 } }, creator, [creator, admin])).toBe(false);
  });

  test('another admin gets the level that lets them change roles, if it can be given', () => {
    const asked = (required: number, creators: readonly string[] = []) =>
      readPowerLevels({ users: { [admin]: 100, [moderator]: 50 }, events: { 'm.room.power_levels': required } }, creators);
    expect(adminLevelBy(asked(100), admin)).toBe(100);
    expect(adminLevelBy(asked(50), moderator)).toBe(50);
    expect(adminLevelBy(asked(150, [creator]), creator)).toBe(150);
  });
});
