/** Authorization rules: m.room.power_levels. Nobody grants, takes or touches more than they have. */
import { isUserId } from '../identifiers/parse.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import { creatorsOf, DEFAULT_LEVELS, readLevel } from './power-levels.ts';
import { powerLevelsRuleNumber, type PowerLevelsStep } from './rule-numbers.ts';
import { allowed, denied, type AuthContext, type AuthVerdict } from './verdict.ts';

const LEVELS = Object.keys(DEFAULT_LEVELS);

/** A level before and after; undefined where it is absent. */
interface Change {
  readonly key: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export function authorisePowerLevels({ version, event, state, create, levels }: AuthContext): AuthVerdict {
  const { content } = event;
  const deny = (step: PowerLevelsStep, reason: string, ...under: readonly number[]): AuthVerdict =>
    denied(powerLevelsRuleNumber(version, step, ...under), reason);
  // what the event must look like
  const malformed = malformedStep(version, content);
  if (malformed !== undefined) return deny(malformed, 'Power levels must be integers, and those of users must be named by user ids.');
  const users = partOf(content, 'users');
  if (version.privilegedCreators && creatorsOf(version, create).some((creator) => Object.hasOwn(users, creator))) {
    return deny('creators', "A creator's power level can't be set.");
  }
  // the first power levels of the room
  const current = state('m.room.power_levels', '')?.content;
  if (!current) return allowed;

  const own = levels.userLevel(event.sender);
  const exceeds = (level: number | undefined): boolean => level !== undefined && level > own;
  for (const { before, after } of changesBetween(version, current, content, LEVELS)) {
    if (exceeds(before)) return deny('levels', "You can't change a power level above your own.", 1);
    if (exceeds(after)) return deny('levels', "You can't set a power level above your own.", 2);
  }
  for (const name of version.limitNotificationsPowerLevels ? ['events', 'notifications'] : ['events']) {
    for (const { before, after } of changesBetween(version, partOf(current, name), partOf(content, name))) {
      if (exceeds(before)) return deny('entries before', "You can't change a power level above your own.", 1);
      if (exceeds(after)) return deny('entries after', "You can't set a power level above your own.", 1);
    }
  }
  for (const { key, before, after } of changesBetween(version, partOf(current, 'users'), users)) {
    if (key !== event.sender && before !== undefined && before >= own) {
      return deny('users before', "You can't change the power level of somebody who has yours or more.", 1);
    }
    if (exceeds(after)) return deny('users after', "You can't give a power level above your own.", 1);
  }
  return allowed;
}

function partOf(content: JsonObject, name: string): JsonObject {
  return isJsonObject(content[name]) ? content[name] : {};
}

/** The levels of two objects that differ, of the given keys or of all. What is no level counts as absent. */
function changesBetween(version: RoomVersion, before: JsonObject, after: JsonObject, keys?: readonly string[]): Change[] {
  const read = (object: JsonObject, key: string): number | undefined => (Object.hasOwn(object, key) ? readLevel(object[key], version) : undefined);
  return [...(keys ?? new Set([...Object.keys(before), ...Object.keys(after)]))]
    .map((key) => ({ key, before: read(before, key), after: read(after, key) }))
    .filter((change) => change.before !== change.after);
}

/** The step that a content's shape fails; undefined if it is well formed. */
function malformedStep(version: RoomVersion, content: JsonObject): PowerLevelsStep | undefined {
  const areLevels = (value: JsonValue): boolean =>
    isJsonObject(value) && Object.values(value).every((level) => readLevel(level, version) !== undefined);
  if (version.integerPowerLevels) {
    if (LEVELS.some((name) => content[name] !== undefined && !Number.isInteger(content[name]))) return 'levels are integers';
    for (const name of ['events', 'notifications']) {
      const entries = content[name];
      if (entries !== undefined && !areLevels(entries)) return 'entries are integers';
    }
  }
  const { users } = content;
  if (users !== undefined && !(areLevels(users) && Object.keys(users as JsonObject).every(isUserId))) return 'users';
  return version.integerPowerLevels || !hasOverflow(content) ? undefined : 'users';
}

/** Versions that take floats refuse those that a double can't hold, which are read as infinite. */
function hasOverflow(content: JsonObject): boolean {
  const values = [...LEVELS.map((name) => content[name]), ...['events', 'notifications'].flatMap((name) => Object.values(partOf(content, name)))];
  return values.some((value) => typeof value === 'number' && !Number.isFinite(value));
}
