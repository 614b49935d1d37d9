/** What the authorization rules say of an event, and what they look at. */
import type { RoomEvent } from '../events/event.ts';
import type { JsonObject } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import type { PowerLevels } from './power-levels.ts';

/** `rule` is the number of the deciding step on the page of the room's version, for example '5.3.1'. */
export type AuthVerdict = { readonly allowed: true } | { readonly allowed: false; readonly rule: string; readonly reason: string };

export const allowed: AuthVerdict = { allowed: true };
export const denied = (rule: string, reason: string): AuthVerdict => ({ allowed: false, rule, reason });

/** The state that decides on an event. */
export type AuthState = (type: string, stateKey: string) => RoomEvent | undefined;

/** Whether any signature in a third-party invite's `signed` block is right under a public key of the invite (Base64). */
export type VerifySignature = (signed: JsonObject, publicKey: string) => boolean;

export interface AuthContext {
  readonly version: RoomVersion;
  readonly event: RoomEvent;
  readonly state: AuthState;
  readonly create: RoomEvent;
  readonly levels: PowerLevels;
  readonly verifySignature: VerifySignature;
}

/** A user's membership in the deciding state; undefined if they never had one. */
export function membershipIn(state: AuthState, userId: string): string | undefined {
  const membership = state('m.room.member', userId)?.content['membership'];
  return typeof membership === 'string' ? membership : undefined;
}
