/** Users and a room to begin with; what is there already stays. */
import { DevClient } from './client.ts';
import type { DevServer } from './dev-server.ts';

export interface Seeded {
  readonly alice: DevClient;
  readonly bob: DevClient;
  readonly roomId: string;
  readonly alias: string;
}

export async function seed([one, two]: readonly [DevServer, DevServer]): Promise<Seeded> {
  const [alice, bob] = await Promise.all([DevClient.open(one.url, 'alice', 'alice in dev'), DevClient.open(two.url, 'bob', 'bob in dev')]);
  const alias = `#shared:${one.name}`;
  const known = await alice.find<{ room_id: string }>(`/directory/room/${encodeURIComponent(alias)}`);
  if (known) return { alice, bob, roomId: known.room_id, alias };
  const options = { preset: 'public_chat', visibility: 'public', name: 'Shared room', room_alias_name: 'shared', topic: 'On two servers' };
  const { room_id: roomId } = await alice.ask<{ room_id: string }>('POST', '/createRoom', options);
  await bob.ask('POST', `/join/${encodeURIComponent(alias)}`, {});
  await alice.say(roomId, `Hello, ${two.name}!`);
  await bob.say(roomId, `Hello, ${one.name}!`);
  await alice.say(roomId, 'Whatever one of us writes, the other reads at once.');
  return { alice, bob, roomId, alias };
}
