/**
 * Invites by e-mail address or phone number (Client-Server API and Server-Server API, "Third-party invites"). Whose address it
 * is, an identity server knows; if nobody's yet, it keeps the invite, and `m.room.third_party_invite` in the room says how
 * its owner will prove to be meant. The inviter's server then turns it into an ordinary invite.
 */
import { clientErrorOf } from '@nexuscomm/federation/client/errors.ts';
import { MatrixError, badJson, forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { parseRoomId, parseUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { IdentityServers } from '../outbound/identity-servers.ts';
import type { Actor, Memberships } from './memberships.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { verifyThirdPartySignature } from './third-party-signature.ts';

export interface InviteByAddress {
  readonly id_server?: unknown;
  readonly id_access_token?: unknown;
  readonly medium?: unknown;
  readonly address?: unknown;
}

/** The invite as the invited user's server asks the inviter's for it. */
export interface ExchangedInvite {
  readonly type: string;
  readonly room_id: string;
  readonly sender: string;
  readonly state_key: string;
  readonly content: JsonObject;
}

export interface BoundAddress {
  readonly mxid: string;
  readonly invites: readonly { readonly mxid: string; readonly room_id: string; readonly sender: string; readonly signed: JsonObject }[];
}

export interface ThirdPartyInvitesDeps {
  readonly engine: RoomEngine;
  readonly memberships: Memberships;
  readonly identity: IdentityServers;
  readonly serverName: ServerName;
  /** asks the inviter's server; undefined: federation is off */
  readonly exchange: ((server: ServerName, roomId: RoomId, invite: ExchangedInvite) => Promise<void>) | undefined;
  readonly isUser: (userId: string) => Promise<boolean>;
}

const TYPE = 'm.room.third_party_invite';
/** Invites that one address can have waited for, at most: who tells of them is nobody known. */
const MAX_BOUND_INVITES = 50;
const MAX_KEYS = 16;

export class ThirdPartyInvites {
  readonly #deps: ThirdPartyInvitesDeps;

  constructor(deps: ThirdPartyInvitesDeps) {
    this.#deps = deps;
  }

  /** Fails where `invite` will: before a room is made for it. */
  check(request: InviteByAddress): void {
    const { identity } = this.#deps;
    identity.access(request.id_server, request.id_access_token);
    identity.address(request.medium, request.address);
  }

  async invite(actor: Actor, room: Room, request: InviteByAddress, reason: string | undefined, further: JsonObject = {}): Promise<void> {
    const { engine, identity, memberships } = this.#deps;
    const access = identity.access(request.id_server, request.id_access_token);
    const owner = identity.address(request.medium, request.address);
    // Nobody is written to, and nothing is asked about them, for somebody who may not invite.
    await engine.propose(room, { sender: actor.userId, type: TYPE, stateKey: 'may it be sent', content: {} });
    const known = await identity.lookup(access, owner);
    if (known !== undefined) {
      await memberships.invite(actor, room, known, reason, further);
      return;
    }
    const stored = await identity.storeInvite(access, owner, { room_id: room.roomId, sender: actor.userId, ...(await this.#about(actor, room)) });
    const [first] = stored.publicKeys;
    const content: JsonObject = {
      display_name: stored.displayName,
      // Clients and servers of before there could be several look for the first here.
      ...first,
      public_keys: stored.publicKeys.map((key) => ({ ...key })),
    };
    await engine.send(room, { sender: actor.userId, type: TYPE, stateKey: stored.token, content });
  }

  /** What the identity server may tell the invited person of the room. */
  async #about(actor: Actor, room: Room): Promise<JsonObject> {
    const { engine, memberships } = this.#deps;
    const [name, alias, avatar, rules, create, profile] = await Promise.all([
      engine.stateEvent(room, 'm.room.name', ''),
      engine.stateEvent(room, 'm.room.canonical_alias', ''),
      engine.stateEvent(room, 'm.room.avatar', ''),
      engine.stateEvent(room, 'm.room.join_rules', ''),
      engine.stateEvent(room, 'm.room.create', ''),
      memberships.profileContent(actor.userId),
    ]);
    const facts = {
      room_name: name?.content['name'],
      room_alias: alias?.content['alias'],
      room_avatar_url: avatar?.content['url'],
      room_join_rules: rules?.content['join_rule'],
      room_type: create?.content['type'],
      sender_display_name: profile['displayname'],
      sender_avatar_url: profile['avatar_url'],
    };
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string')) as JsonObject;
  }

  /** PUT /exchange_third_party_invite: another server's user has proved to be meant by an invite of a user of this server. */
  async exchange(origin: ServerName, room: Room, invite: ExchangedInvite): Promise<void> {
    const { content } = invite;
    if (invite.type !== 'm.room.member' || content['membership'] !== 'invite') throw badJson('The event is not an invite.');
    if (invite.room_id !== room.roomId) throw badJson('The event is of another room.');
    const userId = parseUserId(invite.state_key);
    if (serverNameOf(userId) !== origin) throw forbidden('The invited user is not of your server.');
    const { third_party_invite: proof } = content;
    if (!isJsonObject(proof) || !isJsonObject(proof['signed'])) throw badJson('The event lacks third_party_invite.signed.');
    await this.#issue(room, parseUserId(invite.sender), userId, proof['signed']);
  }

  /** PUT /3pid/onbind: an identity server tells that a user of this server owns an address, with the invites that waited for it. */
  async onBind({ mxid, invites }: BoundAddress): Promise<void> {
    const userId = parseUserId(mxid);
    if (serverNameOf(userId) !== this.#deps.serverName || !(await this.#deps.isUser(userId)))
      throw notFound(`${userId} is not a user of this server.`);
    if (invites.length > MAX_BOUND_INVITES) throw invalidParam(`At most ${MAX_BOUND_INVITES} invites are taken at once.`);
    const failures: string[] = [];
    for (const { mxid: invited, room_id: roomId, sender, signed } of invites) {
      try {
        if (invited !== userId) throw badJson('The invite is for somebody else.');
        await this.#claim(parseRoomId(roomId), parseUserId(sender), userId, signed);
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        failures.push(`${roomId}: ${error.message}`);
      }
    }
    if (failures.length > 0) throw new MatrixError('M_UNKNOWN', 502, `Not all invites could be issued. ${failures.join(' ')}`);
  }

  /** A user of this server brings the proof by themselves, with a join. */
  async claim(userId: UserId, roomId: RoomId, proof: JsonObject): Promise<void> {
    // The sender is part of what was signed (Identity Service API, POST /sign-ed25519).
    const { sender } = proof;
    if (typeof sender !== 'string') throw badJson('third_party_signed.sender must be a user id.');
    await this.#claim(roomId, parseUserId(sender), userId, proof);
  }

  async #claim(roomId: RoomId, sender: UserId, userId: UserId, signed: JsonObject): Promise<void> {
    const { engine, serverName, exchange } = this.#deps;
    const inviting = serverNameOf(sender);
    if (inviting === serverName) {
      await this.#issue(await engine.get(roomId), sender, userId, signed);
      return;
    }
    if (!exchange) throw new MatrixError('M_UNKNOWN', 404, 'This server does not talk to others: federation is off.');
    // The inviter's server holds the invite's keys, and can say whether they are still valid.
    const invite = {
      type: 'm.room.member',
      room_id: roomId,
      sender,
      state_key: userId,
      content: { membership: 'invite', third_party_invite: { display_name: userId, signed } },
    };
    await exchange(inviting, roomId, invite).catch((error: unknown) => {
      throw clientErrorOf(error) ?? error;
    });
  }

  /** The invite itself, as its author would send it. */
  async #issue(room: Room, sender: UserId, userId: UserId, signed: JsonObject): Promise<void> {
    const { engine, memberships, serverName } = this.#deps;
    const { token, mxid } = signed;
    if (typeof token !== 'string' || mxid !== userId) throw badJson('What was signed is not for that user.');
    const stored = await engine.stateEvent(room, TYPE, token);
    if (!stored || Object.keys(stored.content).length === 0) throw forbidden('There is no such invite in the room, or it was taken back.');
    const userNid = await engine.strings.id(sender);
    if (stored.senderNid !== userNid || serverNameOf(sender) !== serverName) throw forbidden('The invite was not made by that user of this server.');
    if (!(await this.#isProved(stored.content, signed))) throw forbidden('The identity server did not sign this, or its key is not valid any more.');
    const displayName = stored.content['display_name'];
    await memberships.invite({ userId: sender, userNid }, room, userId, undefined, {
      third_party_invite: { display_name: typeof displayName === 'string' ? displayName : userId, signed },
    });
  }

  async #isProved(invite: JsonObject, signed: JsonObject): Promise<boolean> {
    for (const key of keysOf(invite)) {
      if (!verifyThirdPartySignature(signed, key.publicKey)) continue;
      if (key.validityUrl === undefined || (await this.#deps.identity.isValidKey(key.validityUrl, key.publicKey))) return true;
    }
    return false;
  }
}

function keysOf(invite: JsonObject): { publicKey: string; validityUrl: string | undefined }[] {
  const { public_keys: several } = invite;
  const all = [invite, ...(Array.isArray(several) ? several.filter(isJsonObject) : [])].slice(0, MAX_KEYS);
  const seen = new Set<string>();
  return all.flatMap(({ public_key: publicKey, key_validity_url: url }) => {
    if (typeof publicKey !== 'string' || seen.has(publicKey)) return [];
    seen.add(publicKey);
    return [{ publicKey, validityUrl: typeof url === 'string' ? url : undefined }];
  });
}
