/** Servers that stop, stand still, start again, or can't reach each other: nothing is lost, and in the end both agree. */
import { expect } from '@jest/globals';
import { agree, history, joinVia, moderate, redact, roomOfTwo, sees, seesMember, seesState, stateOf } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const { bothWays, scenario } = await pairWithSynapse({ separable: true });
const HEALING_MS = 40_000;
const TIMEOUT_MS = 90_000;

async function sayAll(user: SeedClient, roomId: string, lines: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const line of lines) ids.push(await user.say(roomId, line));
  return ids;
}

const lines = (what: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${what} ${i}`);

/** All that was said, each once, in an order that both servers may choose. */
async function hasHeard(user: SeedClient, roomId: string, said: readonly string[]): Promise<void> {
  const messages = (await history(user, roomId)).filter((event) => event.type === 'm.room.message');
  expect(messages.map((event) => event.event_id).toSorted(byText)).toEqual(said.toSorted(byText));
}

scenario(
  'Synapse stands still while we talk',
  async ({ ours, synapse, process }) => {
    const { alice, bob, roomId } = await roomOfTwo({ host: ours, guest: synapse });
    process.freeze();
    const said = await sayAll(alice, roomId, lines('while you were frozen', 60));
    await alice.setState(roomId, 'm.room.topic', { topic: 'frozen' });
    process.thaw();
    await sees(bob, roomId, said.at(-1)!);
    await seesState(bob, roomId, 'm.room.topic', ({ topic }) => topic === 'frozen');
    await hasHeard(bob, roomId, said);
    await agree(alice, bob, roomId);
  },
  TIMEOUT_MS,
);

bothWays(
  'the host is restarted, and the guest',
  async (direction) => {
    const { alice, bob, roomId } = await roomOfTwo(direction);
    const said = [await alice.say(roomId, 'one'), await bob.say(roomId, 'two')];
    await direction.host.restart();
    said.push(await bob.say(roomId, 'three'), await alice.say(roomId, 'four'));
    await Promise.all([sees(alice, roomId, said[2]!), sees(bob, roomId, said[3]!)]);
    await direction.guest.restart();
    said.push(await alice.say(roomId, 'five'), await bob.say(roomId, 'six'));
    for (const user of [alice, bob]) {
      for (const id of said) await sees(user, roomId, id);
      await hasHeard(user, roomId, said);
    }
    await agree(alice, bob, roomId);
  },
  TIMEOUT_MS,
);

scenario(
  'what waits for Synapse outlives a restart of our server',
  async ({ ours, synapse, process }) => {
    const { alice, bob, roomId } = await roomOfTwo({ host: ours, guest: synapse });
    await process.stop();
    const said = await sayAll(alice, roomId, lines('into the void', 5));
    await ours.restart();
    said.push(...(await sayAll(alice, roomId, lines('still nobody', 5))));
    await process.start();
    for (const id of said) await sees(bob, roomId, id);
    await hasHeard(bob, roomId, said);
    await agree(alice, bob, roomId);
  },
  TIMEOUT_MS,
);

bothWays(
  'cut off from each other, both go on; then they meet again',
  async (direction) => {
    const { alice, bob, roomId } = await roomOfTwo(direction);
    const link = direction.link!;
    const [carol, dora] = [await direction.host.user('carol'), await direction.guest.user('dora')];
    await carol.join(roomId);
    await joinVia(dora, roomId, [direction.host]);
    await Promise.all([seesMember(bob, roomId, carol, 'join'), seesMember(alice, roomId, dora, 'join')]);
    const levels = await stateOf(alice, roomId, 'm.room.power_levels');
    await alice.setState(roomId, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 50 } });
    await seesState(bob, roomId, 'm.room.power_levels', ({ users }) => users[bob.userId] === 50);
    const said = [await alice.say(roomId, 'before')];
    await sees(bob, roomId, said[0]!);

    await link.cut();
    const [eve, fay] = [await direction.host.user('eve'), await direction.guest.user('fay')];
    said.push(...(await sayAll(alice, roomId, lines('of the host', 12))), ...(await sayAll(bob, roomId, lines('of the guest', 12))));
    await alice.setState(roomId, 'm.room.topic', { topic: 'as Alice says' });
    await bob.setState(roomId, 'm.room.topic', { topic: 'as Bob says' });
    await bob.setState(roomId, 'm.room.name', { name: "Bob's name" });
    await moderate(alice, 'kick', roomId, dora);
    said.push(await dora.say(roomId, 'am I still here?'));
    await moderate(bob, 'ban', roomId, carol);
    said.push(await carol.say(roomId, 'and I?'));
    await eve.join(roomId);
    await fay.join(roomId);
    await redact(alice, roomId, said[1]!);

    await link.mend();
    said.push(await alice.say(roomId, 'after, of the host'), await bob.say(roomId, 'after, of the guest'));
    await Promise.all([sees(alice, roomId, said.at(-1)!, HEALING_MS), sees(bob, roomId, said.at(-2)!, HEALING_MS)]);
    // One more of each ties the ends together.
    const [hers, his] = [await alice.say(roomId, 'bye'), await bob.say(roomId, 'bye')];
    await Promise.all([sees(bob, roomId, hers, HEALING_MS), sees(alice, roomId, his, HEALING_MS)]);
    await agree(alice, bob, roomId, HEALING_MS);
    const state = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/joined_members`);
    expect(Object.keys(state.joined).sort()).toEqual([alice, bob, eve, fay].map((user) => user.userId).sort());
    expect(await stateOf(bob, roomId, 'm.room.name')).toEqual({ name: "Bob's name" });
  },
  TIMEOUT_MS,
);
