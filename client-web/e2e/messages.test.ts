/** Messages on their way and as they are read: files, servers that do not answer, link previews, menus, what hostile people send. */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { hostileMessages } from '../src/domain/messages/testing/hostile-messages.ts';
import { inBrowser, testWithFfmpeg } from './in-browser.ts';
import type { Person } from './person.ts';
import { makePng } from './pictures.ts';
import { testNoTroubles, until, useTwoPeople } from './two-people.ts';

jest.setTimeout(180_000);

/** A page with what previews are made of. */
async function startSite(): Promise<{ readonly url: string } & AsyncDisposable> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      '<!doctype html><title>Garden</title><meta property="og:title" content="A garden"><meta property="og:description" content="What grows in it, and when.">',
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      site.closeAllConnections();
      await new Promise((resolve) => site.close(resolve));
    },
  };
}

inBrowser('messages', () => {
  const people = useTwoPeople({ NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on' });
  const { room, events, last } = people;
  let alice: Person;
  let bob: Person;
  beforeAll(() => {
    ({ alice, bob } = people);
  });

  /** Of the picture in a message; 0 until it is there. */
  const shownWidth = async (message: Locator): Promise<number> =>
    message
      .locator('figure img')
      .last()
      .evaluate((image) => (image as HTMLImageElement).naturalWidth);

  test('a picture is pasted, another dropped; progress, the viewer, bytes as they were', async () => {
    const roomId = await room('Pictures');
    const first = makePng(1200, 900, [180, 90, 60], true);
    const second = makePng(640, 480, [40, 120, 180]);
    const network = await alice.context.newCDPSession(alice.page);
    await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 600_000 });
    await alice.gives('paste', [{ name: 'first.png', type: 'image/png', bytes: first }]);
    await alice.page.getByRole('list', { name: 'Files to send' }).getByText('first.png').waitFor();
    await alice.types('Look at this');
    await alice.press('Enter');
    await alice.page.getByRole('main').getByRole('progressbar').waitFor();
    await bob.message('Look at this').locator('figure img').waitFor();
    await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

    await alice.gives('drop', [
      { name: 'second.png', type: 'image/png', bytes: second },
      { name: 'notes.txt', type: 'text/plain', bytes: new TextEncoder().encode('what we planted') },
    ]);
    await alice.page.getByRole('list', { name: 'Files to send' }).getByText('notes.txt').waitFor();
    await alice.field.click();
    await alice.press('Enter');
    await bob.seesMessage('notes.txt');
    await until('the pictures are shown', async () => (await shownWidth(bob.message('Look at this'))) > 0);
    const sent = (await events(roomId)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content);
    expect(sent.map((content) => content['msgtype'])).toEqual(['m.image', 'm.image', 'm.file']);
    expect(sent[0]).toMatchObject({
      body: 'Look at this',
      filename: 'first.png',
      info: {
        w: 1200,
        h: 900,
        size: first.length,
        mimetype: 'image/png',
        thumbnail_info: { w: 800, h: 600 },
        'xyz.amorgan.blurhash': expect.any(String),
      },
    });
    expect(sent[1]).not.toHaveProperty('info.thumbnail_info');

    const viewer = bob.page.getByRole('dialog');
    const picture = bob.message('Look at this').getByRole('button', { name: /first\.png/ });
    await bob.presses(picture, async (timeout) => viewer.getByText('1 of 2').waitFor({ timeout }));
    await bob.press('ArrowRight');
    await viewer.getByText('2 of 2').waitFor();
    await until('it is loaded', async () => viewer.locator('[data-loaded="true"]').isVisible());
    await bob.press('+', 'ArrowLeft');
    await viewer.getByText('1 of 2').waitFor();
    const [saved] = await Promise.all([bob.page.waitForEvent('download'), bob.press('s')]);
    expect(saved.suggestedFilename()).toBe('first.png');
    expect(Buffer.compare(await readFile(await saved.path()), Buffer.from(first))).toBe(0);
    await bob.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    const notes = await bob.presses(bob.page.getByRole('button', { name: 'Save notes.txt' }), async (timeout) =>
      bob.page.waitForEvent('download', { timeout }),
    );
    expect(await readFile(await notes.path(), 'utf8')).toBe('what we planted');
  });

  testWithFfmpeg()('a video has a poster and plays, a sound too', async () => {
    const roomId = await room('Videos');
    const folder = mkdtempSync(join(tmpdir(), 'nexuscomm-media-'));
    const make = (name: string, ...options: string[]): Uint8Array => {
      execFileSync('ffmpeg', ['-loglevel', 'error', ...options, join(folder, name)]);
      return readFileSync(join(folder, name));
    };
    const video = make('clip.webm', '-f', 'lavfi', '-i', 'testsrc=size=320x240:duration=2:rate=10', '-c:v', 'libvpx');
    const sound = make('tone.ogg', '-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'libvorbis');
    await alice.gives('paste', [
      { name: 'clip.webm', type: 'video/webm', bytes: video },
      { name: 'tone.ogg', type: 'audio/ogg', bytes: sound },
    ]);
    await alice.field.click();
    await alice.press('Enter');
    await bob.page.getByRole('button', { name: 'Play video clip.webm' }).click();
    await until('it plays', async () => bob.page.locator('video').evaluate((element) => (element as HTMLVideoElement).currentTime > 0.1));
    await bob.page.getByRole('group', { name: 'tone.ogg' }).getByRole('button', { name: 'Play' }).click();
    await bob.page.getByRole('button', { name: 'Pause' }).waitFor();
    const sent = (await events(roomId)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content);
    expect(sent[0]).toMatchObject({ msgtype: 'm.video', info: { w: 320, h: 240, duration: expect.any(Number), thumbnail_url: expect.any(String) } });
    expect(sent[1]).toMatchObject({ msgtype: 'm.audio', info: { duration: expect.any(Number) } });
  });

  test('what the server does not answer is sent when it does, once', async () => {
    const roomId = await room('Stopped');
    process.kill(people.stage.server.pid, 'SIGSTOP');
    try {
      await alice.types('into the silence');
      await alice.press('Enter');
      await alice.message('into the silence').waitFor();
      expect(await alice.message('into the silence').getAttribute('data-state')).not.toBe('sent');
    } finally {
      process.kill(people.stage.server.pid, 'SIGCONT');
    }
    await bob.seesMessage('into the silence');
    await alice.message('into the silence').and(alice.page.locator('[data-state="sent"]')).waitFor();
    expect((await events(roomId)).filter(({ content }) => content['body'] === 'into the silence')).toHaveLength(1);
  });

  test('what the server refused says why, and goes out when it is tried again', async () => {
    const roomId = await room('Refused');
    await alice.say('before');
    const path = `/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels`;
    await alice.context.setOffline(true);
    await alice.types('not allowed');
    await alice.press('Enter');
    await alice.message('not allowed').waitFor();
    await people.stage.host.put(path, { events_default: 50 });
    await alice.context.setOffline(false);
    await alice.message('not allowed').getByText('You may not send this here.').waitFor();
    await alice.sees('You may read here, but not write.');
    await people.stage.host.put(path, { events_default: 0 });
    await alice.field.waitFor();
    await alice.message('not allowed').getByRole('button', { name: 'Try again' }).click();
    await bob.seesMessage('not allowed');
  });

  test('60 kB are one message; more is offered as a file', async () => {
    const roomId = await room('Long');
    const long = `start ${'word '.repeat(12_000)}end`;
    await alice.field.fill(long);
    await alice.press('Enter');
    await until('it has arrived', async () => String((await last(roomId)).content['body']).length === long.length);
    await alice.field.fill(`start ${'word '.repeat(14_000)}end`);
    await alice.press('Enter');
    await alice.sees('This is too long for one message.');
    expect((await alice.field.inputValue()).length).toBeGreaterThan(70_000);
    await alice.page.getByRole('button', { name: 'Send it as a file' }).click();
    await alice.page.getByRole('list', { name: 'Files to send' }).waitFor();
    await alice.press('Enter');
    await bob.seesMessage('message.md');
  });

  test('a picture in an encrypted room is encrypted, and shown', async () => {
    const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const roomId = await room('Secret', { initial_state: [encryption] });
    const picture = makePng(1000, 800, [90, 160, 90]);
    await alice.gives('paste', [{ name: 'secret.png', type: 'image/png', bytes: picture }]);
    await alice.types('for you alone');
    await alice.press('Enter');
    await alice.message('for you alone').and(alice.page.locator('[data-state="sent"]')).waitFor();
    const message = bob.message('for you alone');
    await message.locator('figure img').waitFor();
    await until('it is decrypted', async () => (await shownWidth(message)) > 0);
    const event = (await events(roomId)).findLast(({ sender }) => sender === alice.userId)!;
    expect(event.type).toBe('m.room.encrypted');
    expect(JSON.stringify(event.content)).not.toContain('secret.png');
    await message.getByRole('button', { name: /secret\.png/ }).click();
    await until('it is loaded', async () => bob.page.getByRole('dialog').locator('[data-loaded="true"]').isVisible());
    const [saved] = await Promise.all([bob.page.waitForEvent('download'), bob.press('s')]);
    expect(Buffer.compare(await readFile(await saved.path()), Buffer.from(picture))).toBe(0);
    await bob.press('Escape');
  });

  test('a message is forwarded and marked as unread', async () => {
    const roomId = await room('Origin');
    const target = await room('Target');
    await bob.say('worth telling');
    await alice.openRoom('Target');
    await alice.seesMessage('worth telling');
    await alice.chooses(alice.message('worth telling'), 'Forward');
    await alice.dialog.getByRole('searchbox').fill('Origin');
    await alice.dialog.getByRole('option', { name: 'Origin' }).click();
    await alice.dialog.getByRole('button', { name: 'Forward' }).click();
    await until('it is there', async () => (await last(roomId)).content['body'] === 'worth telling');
    await alice.chooses(alice.message('worth telling'), 'Mark as unread from here');
    await alice.openRoom('Origin');
    expect(target).not.toBe(roomId);
    await alice.conversation('Target').getByText('Target').waitFor();
  });

  test('links are looked up by the people.stage.server, where that is wanted', async () => {
    await using site = await startSite();
    const roomId = await room('Links');
    const asked: string[] = [];
    alice.page.on('request', (request) => {
      if (request.url().includes('/preview_url')) asked.push(request.url());
    });
    await bob.say(`see ${site.url}/garden and more`);
    const card = alice.message('and more').getByRole('link', { name: 'A garden' });
    await card.waitFor();
    await card.getByText('What grows in it, and when.').waitFor();
    await alice.message('and more').hover();
    await alice.message('and more').getByRole('button', { name: 'Hide preview' }).click();
    await card.waitFor({ state: 'detached' });
    // Off for this conversation: nothing is asked.
    await alice.page.getByRole('main').getByRole('button', { name: 'More', exact: true }).first().click();
    await alice.page.getByRole('menuitem', { name: 'Do not preview links here' }).click();
    const before = asked.length;
    await bob.say(`another ${site.url}/other page`);
    await alice.seesMessage('another');
    await alice.say('seen');
    expect(asked).toHaveLength(before);
    // And where messages are encrypted, from the start.
    const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    await room('Secret links', { initial_state: [encryption] });
    await bob.say(`secret ${site.url}/third page`);
    await alice.seesMessage('secret');
    await alice.say('seen too');
    expect(asked).toHaveLength(before);
    expect(roomId).toMatch(/^!/);
  });

  test('a right click opens the menu at once, also before its items were ever loaded, and what is chosen closes it', async () => {
    await room('Right click');
    await bob.say('click me');
    await alice.seesMessage('click me');
    await alice.page.reload();
    const row = alice.message('click me');
    const menu = alice.page.getByRole('menu', { name: 'Message actions' });
    for (const choice of ['Reply', 'Copy text', 'Reply in thread']) {
      await row.click({ button: 'right' });
      await menu.getByRole('menuitem', { name: choice, exact: true }).click();
      await menu.waitFor({ state: 'detached' });
      expect(await alice.page.locator('[inert]').count()).toBe(0);
    }
    await row.click({ button: 'right' });
    await menu.waitFor();
    await alice.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await alice.page.keyboard.press('Escape');
  });

  test('R answers the newest message; who has read it is told', async () => {
    await room('Keys');
    await bob.say('the newest');
    await alice.seesMessage('the newest');
    await alice.field.click();
    await alice.press('Escape', 'r');
    await alice.sees('Replying to bob');
    await alice.types('answered');
    await alice.press('Enter');
    await bob.message('answered').getByTitle('Go to this message').waitFor();
    // Bob has read it by now.
    await alice.message('answered').getByRole('button', { name: 'Read by bob' }).click();
    await alice.dialog.getByText('bob').waitFor();
    await alice.press('Escape');
  });

  test('nothing that hostile people send does anything', async () => {
    const roomId = await room('Hostile');
    const foreign: string[] = [];
    const dialogs: string[] = [];
    const origin = new URL(people.stage.server.url).origin;
    alice.page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(?:blob|data):/.test(url)) foreign.push(url);
    });
    alice.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const place = alice.page.url();
    const troubles = alice.troubles.length;

    const html = hostileMessages('html').filter(({ value }) => typeof value === 'string' && value.length < 30_000 && value.isWellFormed());
    for (const { id, value } of html) {
      await people.stage.host.say(roomId, { body: id, format: 'org.matrix.custom.html', formatted_body: value });
    }
    for (const { value } of hostileMessages('body'))
      if (typeof value === 'string' && value.length < 60_000 && value.isWellFormed()) await people.stage.host.say(roomId, { body: value });
    for (const { value } of hostileMessages('file-name')) {
      if (typeof value === 'string' && value.length < 30_000 && value.isWellFormed())
        await people.stage.host.say(roomId, {
          msgtype: 'm.file',
          body: value,
          filename: value,
          url: 'mxc://localhost/none',
          info: { mimetype: 'text/html', size: 3 },
        });
    }
    for (const { value } of hostileMessages('svg')) {
      const uploaded = await fetch(`${people.stage.server.url}/_matrix/media/v3/upload?filename=x.svg`, {
        method: 'POST',
        headers: { authorization: `Bearer ${people.stage.host.token}`, 'content-type': 'image/svg+xml' },
        body: String(value),
      });
      const { content_uri: url } = (await uploaded.json()) as { content_uri: string };
      await people.stage.host.say(roomId, { msgtype: 'm.image', body: 'x.svg', url, info: { mimetype: 'image/svg+xml', w: 10, h: 10 } });
    }
    await people.stage.host.say(roomId, { body: 'the last of them' });
    await alice.seesMessage('the last of them');
    // Past all of them, so that every one is rendered.
    for (let step = 0; step < 80; step++) {
      await alice.messages.evaluate((element) => element.scrollBy(0, -600));
      await alice.page.waitForTimeout(30);
    }
    expect(await alice.page.evaluate(() => (window as unknown as { pwned?: unknown }).pwned)).toBeUndefined();
    expect(dialogs).toEqual([]);
    expect(foreign).toEqual([]);
    expect(alice.troubles.slice(troubles)).toEqual([]);
    expect(alice.page.url()).toBe(place);
    expect(await alice.messages.locator('svg script, iframe, object, embed, style').count()).toBe(0);
    await alice.say('still here');
    await bob.seesMessage('still here');
  });

  testNoTroubles(people);
});
