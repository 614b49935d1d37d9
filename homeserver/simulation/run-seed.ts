/**
 * One simulation: a few servers with rooms in common, random people doing random things, a network and machines that fail
 * as the seed says. Then everything heals, and what must hold is looked at.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@nexuscomm/spec/state-resolution/testing/seeded-random.ts';
import { dumpRooms } from './dump-rooms.ts';
import { findViolations } from './invariants.ts';
import { Person, actAtRandom, say, type Scene } from './people.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedServer } from './simulated-server.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** random acts */
  readonly acts: number;
  /** Makes a new migrated database. */
  readonly createDatabase: () => Promise<{ url: string; drop: () => Promise<void> }>;
  readonly log: (line: string) => void;
  /** where to write down what the servers have if the seed fails */
  readonly dumpTo: string | undefined;
}

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly servers: number;
  readonly versions: readonly string[];
  readonly confirmed: number;
  readonly kills: number;
  readonly requests: { readonly carried: number; readonly lost: number; readonly repeated: number };
}

const VERSIONS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'];
const OTHERS_PER_SERVER = 2;
/** ms between two acts at most; acts overlap */
const ACT_GAP_MS = 60;
const SETTLE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 300;
/** ms that must pass without progress before people speak again, so that servers hear of what they missed */
const NUDGE_EVERY_MS = 2_000;

export async function runSeed({ seed, acts, createDatabase, log, dumpTo }: SimulationOptions): Promise<SimulationResult> {
  const random = seededRandom(seed);
  const network = await SimulatedNetwork.open(seed ^ 0x5eed);
  const servers: SimulatedServer[] = [];
  const databases: { drop: () => Promise<void> }[] = [];
  try {
    const count = 3 + random.below(3);
    for (let i = 1; i <= count; i++) {
      const database = await createDatabase();
      databases.push(database);
      servers.push(await SimulatedServer.start(`server${i}.test`, database.url, network));
    }
    const versions = [random.pick(VERSIONS), random.pick(['10', '11', '12'])];
    const scene = await setScene(servers, versions, random);
    log(`seed ${seed}: ${count} servers, rooms of versions ${versions.join(' and ')}`);

    const kills = await storm(servers, network, scene, acts);
    network.heal();
    await Promise.all(servers.map((server) => server.start()));
    const violations = await settle(servers, scene);
    if (violations.length > 0 && dumpTo !== undefined) await dumpRooms(join(dumpTo, `seed-${seed}`), servers);
    return { violations, servers: count, versions, confirmed: scene.confirmed.length, kills, requests: network.counts };
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
    for (const database of databases) await database.drop();
  }
}

/** Everybody registers; every server's anchor is in every room, with power. */
async function setScene(servers: readonly SimulatedServer[], versions: readonly string[], random: Scene['random']): Promise<Scene> {
  const anchors = servers.map((server) => new Person(server, 'anchor'));
  const others = servers.flatMap((server) => Array.from({ length: OTHERS_PER_SERVER }, (_, i) => new Person(server, `person${i + 1}`)));
  for (const person of [...anchors, ...others]) await person.register();
  const rooms: string[] = [];
  const [creator, ...further] = anchors as [Person, ...Person[]];
  for (const version of versions) {
    const users = Object.fromEntries(further.map((anchor) => [anchor.userId, 100]));
    const { room_id: roomId } = await creator.call('POST', '/createRoom', {
      preset: 'public_chat',
      room_version: version,
      power_level_content_override: { users: version === '12' ? users : { ...users, [creator.userId]: 100 }, invite: 0 },
    });
    rooms.push(roomId as string);
    for (const anchor of further) await anchor.call('POST', `/join/${encodeURIComponent(roomId as string)}?via=${creator.server.name}`, {});
  }
  return { random, rooms, anchors, others, confirmed: [], messages: 0 };
}

/** Acts, while the network and the machines do their worst. */
async function storm(servers: readonly SimulatedServer[], network: SimulatedNetwork, scene: Scene, acts: number): Promise<number> {
  const { random } = scene;
  const underWay = new Set<Promise<void>>();
  let kills = 0;
  network.weather = { delay: random.below(200), loseRequest: random.next() * 0.2, loseAnswer: random.next() * 0.1, repeat: random.next() * 0.2 };
  for (let i = 0; i < acts; i++) {
    const act = actAtRandom(scene).finally(() => underWay.delete(act));
    underWay.add(act);
    const [a, b] = [random.pick(servers), random.pick(servers)];
    if (a !== b && random.chance(0.06)) network.cut(a.name, b.name);
    if (a !== b && random.chance(0.05)) network.mend(a.name, b.name);
    if (random.chance(0.03) && a.isUp) {
      await a.kill();
      kills++;
    } else if (random.chance(0.3)) {
      for (const server of servers) if (!server.isUp) await server.start();
    }
    await sleep(random.below(ACT_GAP_MS));
  }
  await Promise.all(servers.map((server) => server.start()));
  await Promise.all(underWay);
  return kills;
}

/** Waits until all holds; what does not hold in the end. Who missed something hears of it with the next message. */
async function settle(servers: readonly SimulatedServer[], scene: Scene): Promise<string[]> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  let nudgedAt = 0;
  for (let turn = 0; ;) {
    if (Date.now() - nudgedAt > NUDGE_EVERY_MS) {
      nudgedAt = Date.now();
      for (const roomId of scene.rooms) await say(scene, scene.anchors[turn % scene.anchors.length]!, roomId);
      turn++;
    }
    await sleep(LOOK_EVERY_MS);
    const violations = await findViolations(servers, scene.rooms, scene.confirmed);
    if ((violations.length === 0 && turn > scene.anchors.length) || Date.now() > deadline) return violations;
  }
}
