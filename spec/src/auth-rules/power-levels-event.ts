/** Authorization rules: m.room.power_levels. Nobody grants, takes or touches more than they have. */
import { isUserId } from '../identifiers/parse.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import { creatorsOf, readLevel } from './power-levels.ts';
import { allowed, denied, type AuthContext, type AuthVerdict } from './verdict.ts';

const LEVELS = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'];

export function authorisePowerLevels({ version, event, state, create, levels }: AuthContext): AuthVerdict {
  const { content } = event;
  const malformed = checkShape(version, content);
  if (malformed !== undefined) return denied(malformed.rule, malformed.reason);
  const users = objectAt(content, 'users');
  if (version.privilegedCreators && creatorsOf(version, create).some((creator) => Object.hasOwn(users, creator))) {
    return denied('9.4', "A creator's power level can't be set.");
  }
  const current = state('m.room.power_levels', '')?.content;
  if (!current) return allowed;

  const own = levels.userLevel(event.sender);
  const changes = [
    ...LEVELS.map((name) => ({ before: current[name], after: content[name] })),
    ...entryChanges(current, content, 'events'),
    ...(version.limitNotificationsPowerLevels ? entryChanges(current, content, 'notifications') : []),
  ];
  for (const change of changes) {
    const before = readLevel(change.before, version);
    const after = readLevel(change.after, version);
    if (before === after) continue;
    if (before !== undefined && before > own) return denied('9.6.1', "You can't change a power level above your own.");
    if (after !== undefined && after > own) return denied('9.6.2', "You can't set a power level above your own.");
  }
  for (const { key, before: valueBefore, after: valueAfter } of entryChanges(current, content, 'users')) {
    const before = readLevel(valueBefore, version);
    const after = readLevel(valueAfter, version);
    if (before === after) continue;
    if (before !== undefined && key !== event.sender && before >= own) {
      return denied('9.7.1', "You can't change the power level of somebody who has yours or more.");
    }
    if (before !== undefined && before > own) return denied('9.7.1', "You can't change a power level above your own.");
    if (after !== undefined && after > own) return denied('9.7.2', "You can't give a power level above your own.");
  }
  return allowed;
}

function objectAt(content: JsonObject, name: string): JsonObject {
  return isJsonObject(content[name]) ? content[name] : {};
}

function entryChanges(current: JsonObject, content: JsonObject, name: string): { key: string; before: JsonValue | undefined; after: JsonValue | undefined }[] {
  const before = objectAt(current, name);
  const after = objectAt(content, name);
  const valueOf = (object: JsonObject, key: string): JsonValue | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((key) => ({ key, before: valueOf(before, key), after: valueOf(after, key) }));
}

function checkShape(version: RoomVersion, content: JsonObject): { rule: string; reason: string } | undefined {
  if (version.integerPowerLevels) {
    if (LEVELS.some((name) => content[name] !== undefined && !Number.isInteger(content[name]))) {
      return { rule: '9.1', reason: 'Power levels must be integers.' };
    }
    for (const name of ['events', 'notifications']) {
      const entries = content[name];
      if (entries === undefined) continue;
      if (!isJsonObject(entries) || !Object.values(entries).every(Number.isInteger)) {
        return { rule: '9.2', reason: `${name} must map to integers.` };
      }
    }
  }
  const users = content['users'];
  if (users === undefined) return undefined;
  const valid =
    isJsonObject(users) &&
    Object.entries(users).every(([user, level]) => isUserId(user) && (version.integerPowerLevels ? Number.isInteger(level) : readLevel(level, version) !== undefined));
  return valid ? undefined : { rule: '9.3', reason: 'users must map user ids to integers.' };
}
