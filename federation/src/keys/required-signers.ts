/** Which servers must have signed an event (Server-Server API, "Validating hashes and signatures on received events"). */
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { ServerName } from '../ports.ts';
import { ED25519 } from './key-document.ts';
import type { KeyNeed } from './key-ring.ts';

/** signatures by one server that are looked at */
const MAX_SIGNATURES = 8;

/** The event must have the format of its room version. */
export function requiredSigners(json: JsonObject, version: RoomVersion): Set<ServerName> {
  const signers = new Set<ServerName>();
  const content = json['content'] as JsonObject;
  const isMember = json['type'] === 'm.room.member';
  // Whoever sends the invite that a third-party invite turns into, the inviter's server need not sign it.
  const isThirdPartyInvite = isMember && content['membership'] === 'invite' && isJsonObject(content['third_party_invite']);
  if (!isThirdPartyInvite) signers.add(serverNameOf(json['sender'] as string));
  if (version.eventIdFormat === 'random') signers.add(serverNameOf(json['event_id'] as string));
  const authoriser = content['join_authorised_via_users_server'];
  if (version.restrictedJoin && isMember && content['membership'] === 'join' && typeof authoriser === 'string') {
    signers.add(serverNameOf(authoriser));
  }
  return signers;
}

/** Ids of the Ed25519 keys that a server's signatures name. */
export function signingKeyIds(json: JsonObject, server: ServerName): string[] {
  const { signatures } = json;
  const own = isJsonObject(signatures) && Object.hasOwn(signatures, server) ? signatures[server] : undefined;
  if (!isJsonObject(own)) return [];
  return Object.keys(own)
    .filter((keyId) => keyId.startsWith(ED25519))
    .slice(0, MAX_SIGNATURES);
}

/** The keys that checking the event takes; none for what is no event. */
export function keyNeeds(json: JsonObject, version: RoomVersion): KeyNeed[] {
  const isEvent = isJsonObject(json['content']) && typeof json['sender'] === 'string' && Number.isSafeInteger(json['origin_server_ts']);
  if (!isEvent || (version.eventIdFormat === 'random' && typeof json['event_id'] !== 'string')) return [];
  const ts = json['origin_server_ts'] as number;
  return [...requiredSigners(json, version)].flatMap((server) => {
    const keyIds = signingKeyIds(json, server);
    return keyIds.length === 0 ? [] : [{ server, keyIds, ts, enforceValidity: version.enforceKeyValidity }];
  });
}
