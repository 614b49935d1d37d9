/** Files of one server, downloaded through the other. */
import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { eventually } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse();
const MEGABYTE = 1_048_576;

async function upload(user: SeedClient, content: Buffer, type: string, name: string): Promise<string> {
  const path = `/_matrix/media/v3/upload?filename=${encodeURIComponent(name)}`;
  const { status, body } = await user.request('POST', path, content, { 'content-type': type });
  expect(status).toBe(200);
  return body.content_uri.slice('mxc://'.length);
}

async function download(user: SeedClient, path: string): Promise<{ status: number; content: Buffer; headers: Headers }> {
  const answer = await fetch(`${user.url}/_matrix/client/v1/media/${path}`, { headers: { authorization: `Bearer ${user.token}` } });
  return { status: answer.status, content: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
}

bothWays('a file, small and large', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  for (const size of [10, 3 * MEGABYTE]) {
    const file = randomBytes(size);
    const { status, content, headers } = await download(bob, `download/${await upload(alice, file, 'application/pdf', 'plan.pdf')}`);
    expect(status).toBe(200);
    expect(content.equals(file)).toBe(true);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toContain('plan.pdf');
  }
});

bothWays('a picture, and thumbnails of it', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const picture = await sharp({ create: { width: 800, height: 400, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const address = await upload(alice, picture, 'image/png', 'sea.png');
  expect((await download(bob, `download/${address}`)).content.equals(picture)).toBe(true);
  const scaled = await download(bob, `thumbnail/${address}?width=320&height=240&method=scale`);
  expect(scaled.status).toBe(200);
  expect(await sharp(scaled.content).metadata()).toMatchObject({ width: 320, height: 160 });
  const cropped = await download(bob, `thumbnail/${address}?width=96&height=96&method=crop`);
  expect(await sharp(cropped.content).metadata()).toMatchObject({ width: 96, height: 96 });
});

bothWays('a thumbnail of a picture that was never downloaded', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: 'plum' } })
    .jpeg()
    .toBuffer();
  const address = await upload(alice, picture, 'image/jpeg', 'plum.jpg');
  const { status, content } = await download(bob, `thumbnail/${address}?width=320&height=240&method=scale`);
  expect(status).toBe(200);
  expect(await sharp(content).metadata()).toMatchObject({ width: 320, height: 240 });
});

bothWays('a name in letters of the world', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const { headers } = await download(bob, `download/${await upload(alice, Buffer.from('Hallo'), 'text/plain', 'Grüße an 東京.txt')}`);
  expect(headers.get('content-disposition')).toContain(encodeURIComponent('Grüße an 東京.txt'));
});

bothWays('a file that is not there, and one that comes later', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  expect((await download(bob, `download/${host.name}/thereisnosuchfile`)).status).toBe(404);
  const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v1/create', {});
  const address = uri.slice('mxc://'.length);
  const early = await download(bob, `download/${address}?timeout_ms=100`);
  // Synapse makes 502 of another server's 504.
  expect(early.status).toBe(guest.kind === 'ours' ? 504 : 502);
  const file = Buffer.from('late, but here');
  const { status } = await alice.request('PUT', `/_matrix/media/v3/upload/${address}`, file, { 'content-type': 'text/plain' });
  expect(status).toBe(200);
  const late = await eventually('the file', async () => {
    const answer = await download(bob, `download/${address}`);
    return answer.status === 200 && answer;
  });
  expect(late.content.equals(file)).toBe(true);
});
