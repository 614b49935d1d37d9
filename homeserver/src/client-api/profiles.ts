/** Profiles (Client-Server API, "Profiles"). */
import * as api from '@nexuscomm/spec/endpoints/client/accounts.ts';
import { badJson, forbidden, missingParam, notFound } from '@nexuscomm/spec/errors.ts';
import { parseUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonValue } from '@nexuscomm/spec/json.ts';
import type { Profile, Profiles } from '../accounts/profiles.ts';
import type { RemoteProfiles } from '../accounts/remote-profiles.ts';
import { handle, type Route, type Session } from '../http/handler.ts';

export function profileRoutes(deps: { profiles: Profiles; remoteProfiles: RemoteProfiles; serverName: ServerName }): Route[] {
  const { profiles, remoteProfiles, serverName } = deps;
  const profileOf = (text: string): Promise<Profile> => {
    const userId = parseUserId(text);
    return serverNameOf(userId) === serverName ? profiles.get(userId) : remoteProfiles.get(userId);
  };
  return [
    handle(api.profile, async ({ params }) => profileOf(params.userId)),
    handle(api.profileField, async ({ params }) => {
      const profile = await profileOf(params.userId);
      if (!Object.hasOwn(profile, params.keyName)) {
        if (params.keyName === 'displayname' || params.keyName === 'avatar_url') return {};
        throw notFound('The profile has no such field.');
      }
      return { [params.keyName]: profile[params.keyName] };
    }),
    handle(api.setProfileField, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      const value = Object.hasOwn(body, params.keyName) ? (body[params.keyName] as JsonValue) : undefined;
      if (value === undefined) throw missingParam(`The request lacks "${params.keyName}".`);
      checkField(params.keyName, value);
      if (value === null || value === '') await profiles.delete(session, params.keyName);
      else await profiles.set(session, params.keyName, value);
      return {};
    }),
    handle(api.deleteProfileField, async ({ params, session }) => {
      checkOwn(session, params.userId);
      await profiles.delete(session, params.keyName);
      return {};
    }),
  ];
}

function checkOwn(session: Session, userId: string): void {
  if (parseUserId(userId) !== session.userId) throw forbidden("Nobody can change somebody else's profile.");
}

const MAX_NAME_LENGTH = 256;
const MAX_URI_LENGTH = 1000;

function checkField(name: string, value: JsonValue): void {
  if (name === 'displayname' && value !== null && (typeof value !== 'string' || value.length > MAX_NAME_LENGTH)) {
    throw badJson(`displayname must be text of at most ${MAX_NAME_LENGTH} characters.`);
  }
  if (name === 'avatar_url' && value !== null && (typeof value !== 'string' || value.length > MAX_URI_LENGTH)) {
    throw badJson(`avatar_url must be an address of at most ${MAX_URI_LENGTH} characters.`);
  }
}
