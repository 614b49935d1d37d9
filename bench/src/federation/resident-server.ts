/**
 * Servers of a big room that exists nowhere else, in a process of their own: they answer what a joining server asks. All of
 * them are this process, at 127.1.0.1, 127.1.0.2, ... on one port, each with a certificate of its own, with one signing key.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OwnKeys } from '@nexuscomm/federation/keys/key-document.ts';
import type { TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';
import { createSigningKey, nodeCrypto } from '@nexuscomm/homeserver/crypto/node-crypto.ts';
import { buildEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { roomVersions } from '@nexuscomm/spec/room-versions.ts';

const SERVERS = 200;
const addressOf = (i: number): string => `127.1.0.${i + 1}`;
/** Version 10 and not the newest: all servers that are compared know it. */
const VERSION = roomVersions[10];
const KEY_VALIDITY_MS = 24 * 3_600_000;

export interface ResidentServer extends AsyncDisposable {
  readonly roomId: string;
  readonly via: string;
  /** of the room's users */
  readonly aMember: string;
}

/** Resolves when the room is made. */
export async function startResidentServer(members: number, authority: TestAuthority): Promise<ResidentServer> {
  const certificates = await Promise.all(Array.from({ length: SERVERS }, (_, i) => authority.certificate([addressOf(i)])));
  const child = fork(import.meta.filename, ['serve', String(members)]);
  child.send(certificates);
  const [told] = (await once(child, 'message')) as [{ roomId: string; via: string; aMember: string }];
  return {
    ...told,
    [Symbol.asyncDispose]: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

type Certificate = Awaited<ReturnType<TestAuthority['certificate']>>;

interface BigRoom {
  readonly roomId: string;
  readonly state: readonly RoomEvent[];
  /** what a join names */
  readonly authEvents: readonly RoomEvent[];
}

function makeRoom(members: number, servers: readonly ServerName[], signingKey: ReturnType<typeof createSigningKey>): BigRoom {
  const roomId = `!big:${servers[0]!}` as RoomId;
  const state: RoomEvent[] = [];
  const now = Date.now() - 2 * members;
  const send = (
    sender: string,
    server: ServerName,
    type: string,
    stateKey: string,
    content: JsonObject,
    authEvents: readonly RoomEvent[],
  ): RoomEvent => {
    const last = state.at(-1);
    const fields = { roomId, type, stateKey, sender: sender as UserId, content, authEvents };
    const place = { originServerTs: now + state.length, depth: state.length + 1, prevEvents: last ? [last] : [] };
    const event = buildEvent({ version: VERSION, crypto: nodeCrypto, key: signingKey, serverName: server, fields: { ...fields, ...place } });
    state.push(event);
    return event;
  };
  const [home] = servers as [ServerName];
  const admin = `@admin:${home}`;
  const create = send(admin, home, 'm.room.create', '', { creator: admin, room_version: VERSION.id }, []);
  const adminJoin = send(admin, home, 'm.room.member', admin, { membership: 'join' }, [create]);
  const levels = send(admin, home, 'm.room.power_levels', '', { users: { [admin]: 100 } }, [create, adminJoin]);
  const rules = send(admin, home, 'm.room.join_rules', '', { join_rule: 'public' }, [create, adminJoin, levels]);
  send(admin, home, 'm.room.history_visibility', '', { history_visibility: 'shared' }, [create, adminJoin, levels]);
  const authEvents = [create, levels, rules];
  for (let i = 1; i < members; i++) {
    const server = servers[i % servers.length]!;
    const user = `@member${i}:${server}`;
    send(
      user,
      server,
      'm.room.member',
      user,
      { membership: 'join', displayname: `Member ${i}`, avatar_url: `mxc://${server}/avatar${i}` },
      authEvents,
    );
  }
  return { roomId, state, authEvents };
}

async function serve(members: number, certificates: readonly Certificate[]): Promise<void> {
  const signingKey = createSigningKey(new Uint8Array(32).fill(7), 'ed25519:bench');
  const answers: { room?: BigRoom; joinAnswer?: string } = {};
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (request.headers.host ?? '') as ServerName;
    const url = new URL(request.url!, 'https://any');
    const body = await text(request);
    const answer = (value: JsonObject, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const { room } = answers;
    const path = decodeURIComponent(url.pathname);
    if (path === '/_matrix/key/v2/server') {
      const keys = new OwnKeys({ serverName: name, signingKey, oldKeys: [], validityMs: KEY_VALIDITY_MS, now: Date.now });
      return answer(keys.document());
    }
    if (path === '/_matrix/federation/v1/version') return answer({ server: { name: 'bench', version: '1' } });
    if (path.startsWith('/_matrix/federation/v1/make_join/') && room) {
      const user = path.slice(path.indexOf('@'));
      const last = room.state.at(-1)!;
      const event = {
        type: 'm.room.member',
        room_id: room.roomId,
        sender: user,
        state_key: user,
        content: { membership: 'join' },
        depth: last.depth + 1,
        prev_events: [last.eventId],
        auth_events: room.authEvents.map((one) => one.eventId),
        origin_server_ts: Date.now(),
        origin: name,
      };
      return answer({ room_version: VERSION.id, event });
    }
    if (path.startsWith('/_matrix/federation/v2/send_join/') && room) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${answers.joinAnswer!.slice(0, -1)},"event":${body}}`);
      return;
    }
    if (path.startsWith('/_matrix/federation/v1/send/')) return answer({ pdus: {} });
    return answer({ errcode: 'M_NOT_FOUND', error: 'Not here.' }, 404);
  };
  let port = 0;
  for (const [i, certificate] of certificates.entries()) {
    const server = createServer(certificate, (request, response) => {
      respond(request, response).catch(() => response.destroy());
    });
    server.listen(port, addressOf(i));
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }
  const servers = certificates.map((_, i) => `${addressOf(i)}:${port}` as ServerName);
  const room = makeRoom(members, servers, signingKey);
  answers.room = room;
  answers.joinAnswer = JSON.stringify({
    origin: servers[0],
    auth_chain: room.state.slice(0, 4).map((event) => event.json),
    state: room.state.map((event) => event.json),
  });
  process.send!({ roomId: room.roomId, via: servers[0], aMember: room.state.at(-1)!.sender });
}

if (process.argv[2] === 'serve') {
  const [certificates] = (await once(process, 'message')) as [readonly Certificate[]];
  await serve(Number(process.argv[3]), certificates);
}
