/** `node bench/src/spec-core.ts`: how fast the pure core is (canonical JSON, events, state resolution). No server is started. */
import { createSigningKey, nodeCrypto } from '@nexuscomm/homeserver/crypto/node-crypto.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { buildEvent, type EventFields } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { parseEvent } from '@nexuscomm/spec/events/parse-event.ts';
import type { EventId, RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { parseEventJson } from '@nexuscomm/spec/parse-json.ts';
import { roomVersions, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { Resolution } from '@nexuscomm/spec/state-resolution/resolution.ts';
import { resolveState } from '@nexuscomm/spec/state-resolution/resolve-state.ts';
import { makeConflict } from './load/make-conflict.ts';
import { machine } from './report.ts';

const SECONDS = 1.5;
const alice = '@alice:a.example' as UserId;
const serverName = 'a.example' as ServerName;
const key = createSigningKey(new Uint8Array(32).fill(1), 'ed25519:1');

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/** Calls a second, after one call to warm up. */
function rate(call: () => void): number {
  call();
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < SECONDS * 1000; calls++) call();
  return (calls * 1000) / (performance.now() - start);
}

function message(ts: number): EventFields {
  const reference = (eventId: string) => ({ eventId: eventId as EventId, json: {} });
  return {
    roomId: '!r:a.example' as RoomId,
    type: 'm.room.message',
    sender: alice,
    content: { msgtype: 'm.text', body: 'A message of usual length, as people write them. '.repeat(2), 'm.mentions': {} },
    originServerTs: ts,
    depth: 100,
    prevEvents: [reference('$p')],
    authEvents: ['$a', '$b', '$c'].map(reference),
  };
}

const build = (version: RoomVersion, fields: EventFields): RoomEvent => buildEvent({ version, crypto: nodeCrypto, key, serverName, fields });

const version = roomVersions[11];
const { json } = build(version, message(1));
const many = { pdus: Array.from({ length: 2_000 }, () => json) };
const text = encodeCanonicalJson(many);
const megabytes = Buffer.byteLength(text) / 1e6;
let ts = 1;

write(machine());
write(`canonical JSON, encode: ${(rate(() => encodeCanonicalJson(many)) * megabytes).toFixed(0)} MB/s`);
write(`JSON of events, parse and check: ${(rate(() => parseEventJson(text)) * megabytes).toFixed(0)} MB/s`);
write(`events, build, hash and sign: ${rate(() => build(version, message(ts++))).toFixed(0)}/s`);
write(`events, parse and hash: ${rate(() => parseEvent({ json, version, crypto: nodeCrypto })).toFixed(0)}/s`);
for (const resolved of [roomVersions[11], roomVersions[12]]) {
  for (const kind of ['memberships', 'bans', 'power levels'] as const) {
    const times = [2_500, 10_000, 40_000].map((count) => {
      const { stateSets, known } = makeConflict(resolved, count, kind);
      const resolution: Resolution = { version: resolved, stateSets, events: (id) => known.get(id) };
      return `${count}: ${(1000 / rate(() => resolveState(resolution))).toFixed(0)} ms`;
    });
    write(`state resolution ${resolved.stateResolution}, conflicts in ${kind}: ${times.join(', ')}`);
  }
}
