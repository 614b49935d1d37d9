/** What is no event: typing, receipts, presence, profiles. */
import { expect } from '@jest/globals';
import { eventually, roomOfTwo, sees, seesMember, stateOf } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse();

const ephemeral = (answer: any, roomId: string, type: string): any =>
  answer.rooms?.join?.[roomId]?.ephemeral?.events?.findLast((event: any) => event.type === type)?.content;

/** Runs with each of the two as the one who does something, the other as the one who sees it. */
async function eachWay(alice: SeedClient, bob: SeedClient, run: (actor: SeedClient, observer: SeedClient) => Promise<void>): Promise<void> {
  await run(alice, bob);
  await run(bob, alice);
}

bothWays('typing', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await eachWay(alice, bob, async (actor, observer) => {
    const { next_batch: since } = await observer.sync();
    const path = `/rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(actor.userId)}`;
    const typists = (ids: string[]) => (answer: any) => {
      const typing = ephemeral(answer, roomId, 'm.typing');
      return (typing !== undefined && JSON.stringify(typing.user_ids) === JSON.stringify(ids)) || undefined;
    };
    await actor.ok('PUT', path, { typing: true, timeout: 20_000 });
    await observer.syncUntil(since, typists([actor.userId]));
    await actor.ok('PUT', path, { typing: false });
    await observer.syncUntil(since, typists([]));
  });
});

bothWays('receipts', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await eachWay(alice, bob, async (actor, observer) => {
    const eventId = await observer.say(roomId, 'read me');
    await sees(actor, roomId, eventId);
    const { next_batch: since } = await observer.sync();
    await actor.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    const receipt = await observer.syncUntil(since, (answer) => ephemeral(answer, roomId, 'm.receipt')?.[eventId]?.['m.read']?.[actor.userId]);
    expect(receipt.ts).toBeGreaterThan(Date.now() - 60_000);
  });
});

bothWays('a receipt in a thread, and a private one that stays at home', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await eachWay(alice, bob, async (actor, observer) => {
    const root = await observer.say(roomId, 'root');
    const reply = await observer.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'reply',
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    });
    await sees(actor, roomId, reply);
    const { next_batch: since } = await observer.sync();
    const path = (type: string, eventId: string): string => `/rooms/${encodeURIComponent(roomId)}/receipt/${type}/${encodeURIComponent(eventId)}`;
    await actor.ok('POST', path('m.read.private', root), {});
    await actor.ok('POST', path('m.read', reply), { thread_id: root });
    const seen: string[] = [];
    const receipt = await observer.syncUntil(since, (answer) => {
      const content = ephemeral(answer, roomId, 'm.receipt');
      seen.push(JSON.stringify(content ?? {}));
      return content?.[reply]?.['m.read']?.[actor.userId];
    });
    expect(receipt).toMatchObject({ thread_id: root });
    expect(seen.join()).not.toContain('m.read.private');
  });
});

bothWays('presence', async (direction) => {
  const { alice, bob } = await roomOfTwo(direction);
  await eachWay(alice, bob, async (actor, observer) => {
    const { next_batch: since } = await observer.sync();
    const message = `busy ${Math.random()}`;
    await actor.ok('PUT', `/presence/${encodeURIComponent(actor.userId)}/status`, { presence: 'online', status_msg: message });
    await observer.syncUntil(since, (answer) =>
      answer.presence?.events?.find((event: any) => event.sender === actor.userId && event.content.status_msg === message),
    );
    const told = await observer.ok('GET', `/presence/${encodeURIComponent(actor.userId)}/status`);
    expect(told).toMatchObject({ presence: 'online', status_msg: message });
  });
});

bothWays('a new name and picture, in the room and in the profile', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await eachWay(alice, bob, async (actor, observer) => {
    const [name, picture] = [`Dr. ${actor.userId.slice(1, 6)}`, 'mxc://example.org/face'];
    await actor.ok('PUT', `/profile/${encodeURIComponent(actor.userId)}/displayname`, { displayname: name });
    await actor.ok('PUT', `/profile/${encodeURIComponent(actor.userId)}/avatar_url`, { avatar_url: picture });
    await eventually('name and picture', async () => {
      const member = await stateOf(observer, roomId, 'm.room.member', actor.userId);
      return member.displayname === name && member.avatar_url === picture;
    });
    await seesMember(observer, roomId, actor, 'join');
    expect(await observer.ok('GET', `/profile/${encodeURIComponent(actor.userId)}`)).toMatchObject({ displayname: name, avatar_url: picture });
    expect(await observer.ok('GET', `/profile/${encodeURIComponent(actor.userId)}/displayname`)).toEqual({ displayname: name });
  });
});

bothWays('the profile of a stranger, and of nobody', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  await alice.ok('PUT', `/profile/${encodeURIComponent(alice.userId)}/displayname`, { displayname: 'Alice Stranger' });
  expect(await bob.ok('GET', `/profile/${encodeURIComponent(alice.userId)}`)).toMatchObject({ displayname: 'Alice Stranger' });
  expect((await bob.request('GET', `/profile/${encodeURIComponent(`@nobody-here:${host.name}`)}`)).status).toBe(404);
});
