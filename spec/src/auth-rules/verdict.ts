/** What the auth rules say of an event. */
import type { RoomEvent } from '../events/event.ts';
import type { RoomVersion } from '../room-versions.ts';
import type { JsonObject } from '../json.ts';
import type { PowerLevels } from './power-levels.ts';

/** `rule` is the number of the step in the room version's authorization rules. */
export type AuthVerdict = { readonly allowed: true } | { readonly allowed: false; readonly rule: string; readonly reason: string };

export const allowed: AuthVerdict = { allowed: true };
export const denied = (rule: string, reason: string): AuthVerdict => ({ allowed: false, rule, reason });

/** The state that decides on an event. */
export type AuthState = (type: string, stateKey: string) => RoomEvent | undefined;

/** Verifies the signature of a third-party invite's `signed` block under one of the invite's public keys (Base64). */
export type VerifySigned = (signed: JsonObject, publicKey: string) => boolean;

export interface AuthContext {
  readonly version: RoomVersion;
  readonly event: RoomEvent;
  readonly state: AuthState;
  readonly create: RoomEvent;
  readonly levels: PowerLevels;
  readonly verifySigned: VerifySigned;
}

/** A user's membership in the deciding state; undefined if they never had one. */
export function membershipIn(state: AuthState, userId: string): string | undefined {
  const membership = state('m.room.member', userId)?.content['membership'];
  return typeof membership === 'string' ? membership : undefined;
}
