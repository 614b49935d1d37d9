/** A conversation over both servers: messages, edits, reactions, threads, redactions, in whatever direction. */
import { expect } from '@jest/globals';
import { agree, eventually, redact, roomOfTwo, sees, seesState } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays, scenario } = await pairWithSynapse();
const ROUNDS = 20;

const relations = (user: SeedClient, roomId: string, eventId: string, path: string): Promise<any[]> =>
  user
    .ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(eventId)}/${path}`)
    .then((answer) => answer.chunk);

bothWays('messages both ways, as syncs show them', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const [sinceA, sinceB] = [(await alice.sync()).next_batch, (await bob.sync()).next_batch];
  for (const [from, to, since] of [
    [alice, bob, sinceB],
    [bob, alice, sinceA],
  ] as const) {
    const sent: string[] = [];
    for (let i = 0; i < 5; i++) sent.push(await from.say(roomId, `line ${i}`));
    const arrived: any[] = [];
    await to.syncUntil(since, (answer) => {
      arrived.push(...(answer.rooms?.join?.[roomId]?.timeline?.events ?? []));
      return arrived.some((event) => event.event_id === sent.at(-1)) || undefined;
    });
    const lines = arrived.filter((event) => event.sender === from.userId && event.type === 'm.room.message');
    expect(lines.map((event) => [event.event_id, event.content.body])).toEqual(sent.map((id, i) => [id, `line ${i}`]));
  }
});

bothWays('an edit', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  for (const [author, reader] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const original = await author.say(roomId, 'helo');
    const edit = await author.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* hello',
      'm.new_content': { msgtype: 'm.text', body: 'hello' },
      'm.relates_to': { rel_type: 'm.replace', event_id: original },
    });
    await sees(reader, roomId, edit);
    const shown = await sees(reader, roomId, original);
    expect(shown.unsigned['m.relations']['m.replace']).toMatchObject({ event_id: edit, content: { 'm.new_content': { body: 'hello' } } });
  }
});

bothWays('a reaction, given and taken back', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  for (const [author, reader] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const message = await author.say(roomId, 'like me');
    await sees(reader, roomId, message);
    const reaction = await reader.send(roomId, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: message, key: '👍' } });
    await sees(author, roomId, reaction);
    expect((await relations(author, roomId, message, 'm.annotation')).map((event) => event.event_id)).toEqual([reaction]);
    await redact(reader, roomId, reaction);
    await eventually('no reaction', async () => (await relations(author, roomId, message, 'm.annotation')).length === 0);
  }
});

bothWays('a redaction by the author, and by somebody with the power', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const [hers, his] = [await alice.say(roomId, 'mine'), await bob.say(roomId, 'his')];
  await Promise.all([sees(bob, roomId, hers), sees(alice, roomId, his)]);
  await redact(alice, roomId, hers);
  await redact(alice, roomId, his);
  for (const [reader, eventId] of [
    [bob, hers],
    [bob, his],
    [alice, his],
  ] as const) {
    const gone = await eventually('a redacted event', async () => {
      const event = await sees(reader, roomId, eventId);
      return event.content.body === undefined && event;
    });
    expect(gone.content).toEqual({});
    expect(gone.unsigned.redacted_because).toMatchObject({ sender: alice.userId, content: { reason: 'a mistake' } });
  }
  const own = await bob.say(roomId, 'mine too');
  await redact(bob, roomId, own);
  await eventually('his own, gone', async () => (await sees(alice, roomId, own)).content.body === undefined);
  const [status] = await bob.error('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(hers)}/again`, {});
  expect([200, 403]).toContain(status);
});

bothWays('a thread that both write in', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const root = await alice.say(roomId, 'a question');
  await sees(bob, roomId, root);
  const reply = (user: SeedClient, body: string): Promise<string> =>
    user.send(roomId, 'm.room.message', { msgtype: 'm.text', body, 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
  const first = await reply(bob, 'an answer');
  await sees(alice, roomId, first);
  const second = await reply(alice, 'thanks');
  await sees(bob, roomId, second);
  for (const user of [alice, bob]) {
    const { unsigned } = await sees(user, roomId, root);
    expect(unsigned['m.relations']['m.thread']).toMatchObject({ count: 2, latest_event: { event_id: second }, current_user_participated: true });
    expect((await relations(user, roomId, root, 'm.thread')).map((event) => event.event_id)).toEqual([second, first]);
    const { chunk } = await user.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/threads`);
    expect(chunk.map((event: any) => event.event_id)).toEqual([root]);
  }
});

bothWays('state set by either', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction, { power_level_content_override: { state_default: 0, events: {} } });
  await alice.setState(roomId, 'm.room.topic', { topic: 'of Alice' });
  await seesState(bob, roomId, 'm.room.topic', ({ topic }) => topic === 'of Alice');
  await bob.setState(roomId, 'm.room.topic', { topic: 'of Bob' });
  await seesState(alice, roomId, 'm.room.topic', ({ topic }) => topic === 'of Bob');
  await bob.setState(
    roomId,
    'org.example.thing',
    { deep: { numbers: [1, -2, 9_007_199_254_740_991], text: 'ünïcödé \u0000 💥' } },
    'a key / ünd mehr',
  );
  await seesState(alice, roomId, 'org.example.thing', ({ deep }) => deep.text.endsWith('💥'), 'a key / ünd mehr');
  await agree(alice, bob, roomId);
});

scenario('latency, measured', async ({ ours, synapse }) => {
  const { alice, bob, roomId } = await roomOfTwo({ host: ours, guest: synapse });
  const measure = async (from: SeedClient, to: SeedClient): Promise<string> => {
    const times: number[] = [];
    let since = (await to.sync()).next_batch;
    for (let i = 0; i < ROUNDS; i++) {
      const arrival = to.syncUntil(since, (answer) => {
        const events = answer.rooms?.join?.[roomId]?.timeline?.events ?? [];
        return events.some((event: any) => event.content.body === `${i}`) ? (answer.next_batch as string) : undefined;
      });
      const sent = performance.now();
      await from.say(roomId, `${i}`);
      since = await arrival;
      times.push(performance.now() - sent);
    }
    times.sort((a, b) => a - b);
    return `median ${times[ROUNDS / 2]!.toFixed(0)} ms, p95 ${times[Math.floor(ROUNDS * 0.95)]!.toFixed(0)} ms`;
  };
  process.stdout.write(`Latency from our server to a sync of Synapse: ${await measure(alice, bob)}\n`);
  process.stdout.write(`Latency from Synapse to a sync of our server: ${await measure(bob, alice)}\n`);
});
