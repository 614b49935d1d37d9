/**
 * The numbers that the steps of the authorization rules have on the page of each room version. Versions add and drop
 * steps, and with them the numbers of those that follow.
 */
import type { RoomVersion } from '../room-versions.ts';

export type Section =
  | 'create'
  | 'room id'
  | 'auth events'
  | 'federate'
  | 'aliases'
  | 'member'
  | 'sender in room'
  | 'third-party invite'
  | 'required level'
  | 'state key'
  | 'power levels'
  | 'redaction';
export type MemberStep = 'form' | 'authorised' | 'join' | 'invite' | 'leave' | 'ban' | 'knock' | 'unknown';
export type PowerLevelsStep =
  | 'levels are integers'
  | 'entries are integers'
  | 'users'
  | 'creators'
  | 'first'
  | 'levels'
  | 'entries before'
  | 'entries after'
  | 'users before'
  | 'users after';

/** Each step and whether the version has it, in the order of the page. */
type Steps<Name> = readonly (readonly [name: Name, present: boolean])[];

function numberOf<Name>(steps: Steps<Name>, name: Name): number {
  return steps.filter(([step, present]) => present || step === name).findIndex(([step]) => step === name) + 1;
}

/** For example '5.2.2': section, and the steps under it. */
export function ruleNumber(version: RoomVersion, section: Section, ...under: readonly number[]): string {
  const number = numberOf<Section>(
    [
      ['create', true],
      ['room id', version.hashedRoomId],
      ['auth events', true],
      ['federate', true],
      ['aliases', version.specialCasesAliases],
      ['member', true],
      ['sender in room', true],
      ['third-party invite', true],
      ['required level', true],
      ['state key', true],
      ['power levels', true],
      ['redaction', version.redactionAuthRule],
    ],
    section,
  );
  return [number, ...under].join('.');
}

export function memberRuleNumber(version: RoomVersion, step: MemberStep, ...under: readonly number[]): string {
  const number = numberOf<MemberStep>(
    [
      ['form', true],
      ['authorised', version.restrictedJoin],
      ['join', true],
      ['invite', true],
      ['leave', true],
      ['ban', true],
      ['knock', version.knock],
      ['unknown', true],
    ],
    step,
  );
  return ruleNumber(version, 'member', number, ...under);
}

export function powerLevelsRuleNumber(version: RoomVersion, step: PowerLevelsStep, ...under: readonly number[]): string {
  const number = numberOf<PowerLevelsStep>(
    [
      ['levels are integers', version.integerPowerLevels],
      ['entries are integers', version.integerPowerLevels],
      ['users', true],
      ['creators', version.privilegedCreators],
      ['first', true],
      ['levels', true],
      ['entries before', true],
      ['entries after', true],
      ['users before', true],
      ['users after', true],
    ],
    step,
  );
  return ruleNumber(version, 'power levels', number, ...under);
}
