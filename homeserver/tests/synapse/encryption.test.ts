/** End-to-end encryption between users of both servers, by matrix-js-sdk with Rust crypto: device lists, one-time keys, to-device. */
import { afterEach, expect } from '@jest/globals';
import type { MatrixClient } from 'matrix-js-sdk';
import { eventually, seesInvite } from '../../testing/across-servers.ts';
import { devicesOf, hears, knowsMember, sdkClients, whisper } from '../../testing/sdk-clients.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse, type Direction } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse({ separable: true });
const clients = sdkClients();
const TIMEOUT_MS = 60_000;

afterEach(() => clients[Symbol.dispose]());

interface SecretRoom {
  readonly roomId: string;
  readonly alice: MatrixClient;
  readonly bob: MatrixClient;
  readonly aliceAccount: SeedClient;
  readonly bobAccount: SeedClient;
}

/** An encrypted room of the host that Bob, of the guest, was invited to. */
async function secretRoom({ host, guest }: Direction): Promise<SecretRoom> {
  const [aliceAccount, bobAccount] = [await host.user('alice'), await guest.user('bob')];
  const [alice, bob] = await Promise.all([clients.device(aliceAccount), clients.device(bobAccount)]);
  const roomId = await aliceAccount.createRoom({
    preset: 'private_chat',
    invite: [bobAccount.userId],
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
  });
  await seesInvite(bobAccount, roomId);
  await bob.joinRoom(roomId);
  await Promise.all([knowsMember(alice, roomId, bob), knowsMember(bob, roomId, alice)]);
  for (const client of [alice, bob]) {
    await eventually(`${client.getUserId()} knows that the room is encrypted`, async () => client.getCrypto()!.isEncryptionEnabledInRoom(roomId));
  }
  return { roomId, alice, bob, aliceAccount, bobAccount };
}

const nameOf = (account: SeedClient): string => account.userId.slice(1).split(':')[0]!;

bothWays(
  'encrypted messages both ways',
  async (direction) => {
    const { alice, bob, roomId } = await secretRoom(direction);
    await whisper(alice, [bob], roomId, 'for your eyes only');
    await whisper(bob, [alice], roomId, 'seen');
    for (let i = 0; i < 5; i++) await whisper(i % 2 === 0 ? alice : bob, [i % 2 === 0 ? bob : alice], roomId, `secret ${i}`);
  },
  TIMEOUT_MS,
);

bothWays(
  'a further device of either is written to, and no more once it is logged out',
  async (direction) => {
    const { alice, bob, aliceAccount, bobAccount, roomId } = await secretRoom(direction);
    await whisper(alice, [bob], roomId, 'one device each');
    const [hers, his] = [await aliceAccount.anotherDevice(nameOf(aliceAccount)), await bobAccount.anotherDevice(nameOf(bobAccount))];
    const [alicePhone, bobPhone] = [await clients.device(hers), await clients.device(his)];
    const devices = (...accounts: SeedClient[]): string[] => accounts.map((account) => account.deviceId).sort();
    const knows = async (client: MatrixClient, user: SeedClient, expected: string[]): Promise<void> => {
      await eventually(
        `${client.getUserId()} knows the devices of ${user.userId}`,
        async () => (await devicesOf(client, user.userId)).join() === expected.join(),
      );
    };
    await knows(alice, bobAccount, devices(bobAccount, his));
    await knows(bob, aliceAccount, devices(aliceAccount, hers));
    await whisper(alice, [bob, bobPhone, alicePhone], roomId, 'to all of them');
    await whisper(bobPhone, [alice, alicePhone, bob], roomId, 'from the phone');
    bobPhone.stopClient();
    await his.ok('POST', '/logout', {});
    await knows(alice, bobAccount, devices(bobAccount));
    await whisper(alice, [bob], roomId, 'without the phone');
  },
  TIMEOUT_MS,
);

bothWays(
  'cross-signing keys are seen by the other side, and that they change',
  async (direction) => {
    const { alice, bob, aliceAccount, bobAccount, roomId } = await secretRoom(direction);
    await whisper(alice, [bob], roomId, 'before');
    const masterKey = async (): Promise<string> => {
      const { master_keys: keys } = await aliceAccount.ok('POST', '/keys/query', { device_keys: { [bobAccount.userId]: [] } });
      return JSON.stringify(keys?.[bobAccount.userId]?.keys);
    };
    expect(await masterKey()).toBe(undefined);
    const sign = async (reset: boolean): Promise<string> => {
      await bob.getCrypto()!.bootstrapCrossSigning({
        setupNewCrossSigning: reset,
        authUploadDeviceSigningKeys: async (makeRequest) => {
          const user = { type: 'm.id.user', user: bobAccount.userId };
          await makeRequest({ type: 'm.login.password', identifier: user, password: `password of ${nameOf(bobAccount)}` });
        },
      });
      return (await bob.getCrypto()!.getCrossSigningKeyId())!;
    };
    const first = await sign(false);
    await eventually("Alice's client knows the key", async () => (await masterKey())?.includes(first));
    await eventually("Alice's client sees Bob's device signed", async () => {
      const status = await alice.getCrypto()!.getDeviceVerificationStatus(bobAccount.userId, bobAccount.deviceId);
      return status?.signedByOwner;
    });
    const second = await sign(true);
    expect(second).not.toBe(first);
    await eventually("Alice's client knows the new key", async () => (await masterKey())?.includes(second));
  },
  TIMEOUT_MS,
);

bothWays(
  'keys and messages that wait while the servers are cut off from each other',
  async (direction) => {
    const { alice, bob, roomId } = await secretRoom(direction);
    await whisper(bob, [alice], roomId, 'all is well');
    await direction.link!.cut();
    // A session that Bob has no key of yet.
    await alice.getCrypto()!.forceDiscardSession(roomId);
    for (let i = 0; i < 3; i++) await alice.sendTextMessage(roomId, `while away ${i}`);
    await direction.link!.mend();
    const heard = [0, 1, 2].map((i) => hears(bob, roomId, `while away ${i}`));
    await whisper(alice, [bob], roomId, 'are you there?');
    await Promise.all(heard);
  },
  TIMEOUT_MS,
);
