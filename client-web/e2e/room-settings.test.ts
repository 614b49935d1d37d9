/** What a room is and who may do what in it: changed in its settings by one, seen and felt by another. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Route } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser, testWithFfmpeg } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';
import { makePng } from './pictures.ts';

jest.setTimeout(180_000);

inBrowser('the settings of a room', () => {
  let server: Homeserver;
  let browser: Browser;
  /** Alice over the API, to make rooms that she is the admin of. */
  let byApi: { readonly alice: ApiUser; readonly bob: ApiUser };
  let alice: Person;
  let bob: Person;
  let rooms = 0;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startHomeserver(), launchChromium()]);
    byApi = { alice: await ApiUser.register(server.url, 'alice', PASSWORD), bob: await ApiUser.register(server.url, 'bob', PASSWORD) };
    alice = await Person.signIn(browser, server, 'alice');
    bob = await Person.signIn(browser, server, 'bob');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  afterEach(() => {
    expect([...(alice?.troubles ?? []), ...(bob?.troubles ?? [])]).toEqual([]);
  });

  /** Of alice, with bob in it, open in both windows; its name is of its own at every try. */
  async function room(word: string, options: Record<string, unknown> = {}): Promise<{ readonly name: string; readonly roomId: string }> {
    const name = `${word} ${++rooms}`;
    const roomId = await byApi.alice.createRoom({ name, preset: 'private_chat', invite: [bob.userId], ...options });
    await byApi.bob.post(`/join/${encodeURIComponent(roomId)}`, {});
    for (const person of [alice, bob]) {
      await person.press('Escape', 'Escape');
      await person.seesInInbox(name);
      await person.openRoom(name);
    }
    return { name, roomId };
  }

  async function openSection(person: Person, section: string): Promise<Locator> {
    await person.openRoomSettings();
    await person.dialog.getByRole('tab', { name: section }).click();
    return person.dialog.getByRole('tabpanel', { name: section });
  }

  const choose = async (person: Person, field: Locator, option: string): Promise<void> => {
    await field.click();
    await person.page.getByRole('option', { name: option }).click();
  };

  test('an unsaved topic outlasts other sections, and is asked about before it is lost; saved, the field shows what others write', async () => {
    const { roomId } = await room('Meadow');
    await openSection(alice, 'General');
    const topic = alice.dialog.getByRole('textbox', { name: 'What it is about' });
    await topic.fill('what grows there');
    await alice.dialog.getByRole('tab', { name: 'Access' }).click();
    await alice.dialog.getByRole('tabpanel', { name: 'Access' }).waitFor();
    await alice.dialog.getByRole('tab', { name: 'General' }).click();
    await topic.waitFor();
    expect(await topic.inputValue()).toBe('what grows there');
    await alice.press('Escape');
    const question = alice.page.getByRole('alertdialog');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await topic.inputValue()).toBe('what grows there');
    const save = alice.dialog.getByRole('button', { name: 'Save' });
    await save.click();
    await save.waitFor({ state: 'detached' });
    await byApi.alice.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.topic`, { topic: 'and who mows it' });
    await alice.dialog.getByText('and who mows it').waitFor();
    await alice.closeDialog();
  });

  test('who saves and closes at once is asked nothing, however slow the server; what it refuses is asked about', async () => {
    await room('Slow');
    await alice.openRoomSettings();
    const topic = alice.dialog.getByRole('textbox', { name: 'What it is about' });
    let answer: (route: Route) => Promise<void> = async (route) => {
      await alice.page.waitForTimeout(1_500);
      await route.continue();
    };
    await alice.page.route('**/state/m.room.topic/**', (route) => answer(route));
    await topic.fill('Saved in haste');
    await alice.dialog.getByRole('button', { name: 'Save' }).click();
    await alice.closeDialog();
    await alice.head.getByText('Saved in haste').waitFor();

    await alice.openRoomSettings();
    answer = (route) => route.fulfill({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No topics today.' } });
    await topic.fill('Not to be had');
    await alice.dialog.getByRole('button', { name: 'Save' }).click();
    await alice.dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await alice.page.getByRole('dialog').waitFor({ state: 'detached' });
    await alice.head.getByText('Saved in haste').waitFor();
    await alice.page.unroute('**/state/m.room.topic/**');
  });

  test('whoever is removed while writing is told by whom and why, and has what they wrote', async () => {
    const { name, roomId } = await room('Attic');
    await bob.field.fill('half a thought');
    await byApi.alice.post(`/rooms/${encodeURIComponent(roomId)}/kick`, { user_id: bob.userId, reason: 'tidying up' });
    await bob.page.getByRole('heading', { name: `alice removed you from ${name}` }).waitFor();
    await bob.sees('Reason: tidying up');
    await bob.page.getByRole('blockquote').getByText('half a thought').waitFor();
    await bob.page.getByRole('button', { name: 'To the inbox' }).click();
    // Invited again, it is in the field.
    await byApi.alice.post(`/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: bob.userId });
    await bob.accept(name);
    await bob.field.and(bob.page.getByText('half a thought')).waitFor();
    expect(await bob.field.inputValue()).toBe('half a thought');
  });

  test('what was being written in a room goes along into the one that replaces it', async () => {
    const { roomId } = await room('Shed', { room_version: '11' });
    await bob.field.fill('to be said there');
    const { replacement_room: successor } = await byApi.alice.post(`/rooms/${encodeURIComponent(roomId)}/upgrade`, { new_version: '12' });
    await byApi.alice.post(`/rooms/${encodeURIComponent(successor as string)}/invite`, { user_id: bob.userId });
    await bob.page.getByRole('button', { name: 'Go to the new room' }).click();
    await bob.page.locator(`main[data-room="${successor as string}"]`).waitFor();
    await bob.field.and(bob.page.getByText('to be said there')).waitFor();
  });

  test('a moderator made in the settings can remove a message', async () => {
    await room('Orchard');
    await alice.say('The old pear tree must go');
    await bob.message('The old pear tree must go').hover();
    const section = await openSection(alice, 'Roles');
    await section.getByRole('combobox', { name: 'Make somebody a moderator' }).fill('bob');
    await section.getByRole('option').filter({ hasText: bob.userId }).click();
    await section
      .getByRole('listitem')
      .filter({ hasText: bob.userId })
      .getByRole('button', { name: /Moderator/ })
      .waitFor();
    await alice.closeDialog();
    await bob.seesState('alice changed roles and permissions');
    await bob.chooses(bob.message('The old pear tree must go'), 'Delete');
    await bob.dialog.getByRole('button', { name: 'Delete' }).click();
    await alice.seesMessage('bob deleted this message.');
    // A member again, they can not.
    const again = await openSection(alice, 'Roles');
    await choose(alice, again.getByRole('listitem').filter({ hasText: bob.userId }).getByRole('button'), 'Member');
    await again.getByRole('listitem').filter({ hasText: bob.userId }).waitFor({ state: 'detached' });
    await alice.closeDialog();
    await alice.say('The new one stays');
    await bob.acts(bob.message('The new one stays'), 'More');
    await bob.page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
    expect(await bob.page.getByRole('menuitem', { name: 'Delete' }).count()).toBe(0);
    await bob.press('Escape');
  });

  test('access and history are changed, and newcomers see what that lets them', async () => {
    const { name, roomId } = await room('Meadow');
    await alice.say('Everybody may know this');
    const section = await openSection(alice, 'Access');
    await section
      .getByRole('radiogroup', { name: 'Who can read what was said before' })
      .getByText('Members, since they joined', { exact: true })
      .click();
    await section.getByRole('radiogroup', { name: 'Who can join' }).getByText('Everybody', { exact: true }).click();
    await bob.seesState('alice made the history readable from joining on');
    await bob.seesState('alice opened this room to everybody');
    await alice.closeDialog();
    await alice.say('Only we two know this');
    await using carol = await Person.signUp(browser, server, `carol${rooms}`);
    await carol.goTo(`#/to/${encodeURIComponent(roomId)}`);
    await carol.dialog.getByRole('button', { name: 'Join room' }).click();
    await carol.page.getByRole('main', { name }).waitFor();
    await alice.say('Welcome');
    await carol.seesMessage('Welcome');
    // It counts from the change on.
    await carol.seesMessage('Everybody may know this');
    expect(await carol.message('Only we two know this').count()).toBe(0);
    expect(carol.troubles).toEqual([]);
    // Closed again, nobody else comes in.
    const again = await openSection(alice, 'Access');
    await again.getByRole('radiogroup', { name: 'Who can join' }).getByText('Invited people', { exact: true }).click();
    await bob.seesState('alice made this room by invitation only');
    await alice.closeDialog();
    await using dan = await Person.signUp(browser, server, `dan${rooms}`);
    await dan.goTo(`#/to/${encodeURIComponent(roomId)}`);
    await dan.dialog.getByText(/There is no room at this address, or it is not open to you|Only invited people can join/).waitFor();
  });

  test('a room for the members of a space lets them in, and nobody else', async () => {
    const word = `club${++rooms}`;
    const spaceId = await byApi.alice.createRoom({ name: `Space ${word}`, preset: 'public_chat', creation_content: { type: 'm.space' } });
    await byApi.bob.post(`/join/${encodeURIComponent(spaceId)}`, {});
    await alice.press('Escape', 'Escape');
    await alice.chooseNew('Create a room');
    await alice.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(`Lounge ${word}`);
    // They come with sync.
    await alice.dialog.getByText('They join by themselves.').waitFor();
    await alice.chooseCard('Members of a space');
    await choose(alice, alice.dialog.getByRole('button', { name: /Which space/ }), `Space ${word}`);
    await alice.dialog.getByRole('button', { name: 'More options' }).click();
    await alice.dialog.getByRole('textbox', { name: /^Address/ }).fill(`lounge-${word}`);
    await alice.dialog.getByRole('button', { name: 'Create room' }).click();
    await alice.page.getByRole('main', { name: `Lounge ${word}` }).waitFor();
    await alice.say('For members');
    const address = `#lounge-${word}:${server.name}`;

    await bob.joinsByAddress(address);
    await bob.dialog.getByText('Members of a space').waitFor();
    await bob.dialog.getByRole('button', { name: 'Join room' }).click();
    await bob.page.getByRole('main', { name: `Lounge ${word}` }).waitFor();
    await bob.say('I am one');
    await alice.seesMessage('I am one');

    await using carol = await Person.signUp(browser, server, `stranger${rooms}`);
    await carol.joinsByAddress(address);
    await carol.dialog.getByRole('button', { name: 'Join room' }).click();
    await carol.dialog.getByText('You may not join this room by yourself.').waitFor();
    expect(carol.troubles).toEqual([]);
  });

  test.each(['public_chat', 'private_chat'])('a room is upgraded, and its members follow: %s', async (preset) => {
    const { name, roomId } = await room('Hall', { preset, room_version: '10' });
    await bob.say('Before');
    const section = await openSection(alice, 'Advanced');
    await section.getByRole('button', { name: /Upgrade to version/ }).click();
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Upgrade' }).click();
    await alice.page.locator(`main[aria-label="${name}"]:not([data-room="${roomId}"])`).waitFor();
    await bob.sees('This room has been replaced.');
    expect(await bob.page.locator(`main[data-room="${roomId}"]`).getByRole('textbox').count()).toBe(0);
    await bob.seesMessage('Before');
    await bob.page.getByRole('button', { name: 'Go to the new room' }).click();
    await bob.page.locator(`main[aria-label="${name}"]:not([data-room="${roomId}"])`).waitFor();
    await bob.say('After');
    await alice.seesMessage('After');
    // The old one no longer takes a place in the inbox.
    for (const person of [alice, bob]) {
      await person.leaveInbox();
      await person.page.waitForFunction((old) => document.querySelector(`[data-conversation$="${old}"]`) === null, roomId);
    }
  });

  /** In the panel of files, from the panel about the conversation. */
  async function openFiles(person: Person): Promise<void> {
    await person.openPanel('About this conversation');
    await person.panel.getByRole('button', { name: 'Pictures and files' }).click();
    await person.panel.getByRole('tab', { name: 'Pictures' }).waitFor();
  }

  test.each([false, true])('files are listed, opened and saved; encrypted: %s', async (encrypted) => {
    const initial_state = encrypted ? [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }] : [];
    await room(encrypted ? 'Vault' : 'Shelf', { initial_state });
    const png = makePng(640, 480, [40, 120, 180]);
    await alice.gives('paste', [
      { name: 'sky.png', type: 'image/png', bytes: png },
      { name: 'notes.txt', type: 'text/plain', bytes: new TextEncoder().encode('what we planted') },
    ]);
    await alice.page.getByRole('list', { name: 'Files to send' }).getByText('notes.txt').waitFor();
    await alice.field.click();
    await alice.press('Enter');
    await bob.seesMessage('notes.txt');
    await openFiles(bob);
    await bob.panel.getByRole('button', { name: 'Picture sky.png' }).click();
    const viewer = bob.page.getByRole('dialog', { name: 'Picture sky.png' });
    await viewer.locator('[data-loaded="true"]').waitFor();
    const [saved] = await Promise.all([bob.page.waitForEvent('download'), viewer.getByRole('button', { name: 'Save sky.png' }).click()]);
    expect(Buffer.compare(await readFile(await saved.path()), Buffer.from(png))).toBe(0);
    await viewer.getByRole('button', { name: 'Show in conversation' }).click();
    await viewer.waitFor({ state: 'detached' });
    expect(bob.page.url()).toContain('event=');
    await bob.panel.getByRole('tab', { name: 'Files' }).click();
    const [notes] = await Promise.all([bob.page.waitForEvent('download'), bob.panel.getByRole('button', { name: /^notes\.txt/ }).click()]);
    expect(await readFile(await notes.path(), 'utf8')).toBe('what we planted');
    await bob.closePanel();
  });

  testWithFfmpeg()('a video of the panel plays in the viewer, beside the pictures', async () => {
    const { roomId } = await room('Cinema');
    const folder = await mkdtemp(join(tmpdir(), 'nexuscomm-media-'));
    const path = join(folder, 'clip.webm');
    execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x240:duration=2:rate=10', '-c:v', 'libvpx', path]);
    const [clip, picture] = [
      await byApi.alice.upload(await readFile(path), 'video/webm'),
      await byApi.alice.upload(makePng(320, 240, [20, 160, 90]), 'image/png'),
    ];
    await rm(folder, { recursive: true });
    await byApi.alice.say(roomId, { msgtype: 'm.video', body: 'clip.webm', url: clip, info: { mimetype: 'video/webm', w: 320, h: 240 } });
    await byApi.alice.say(roomId, { msgtype: 'm.image', body: 'leaf.png', url: picture, info: { mimetype: 'image/png', w: 320, h: 240 } });
    await bob
      .message('leaf.png')
      .or(bob.messages.getByRole('button', { name: 'Picture leaf.png' }))
      .first()
      .waitFor();
    await openFiles(bob);
    await bob.panel.getByRole('button', { name: 'Video clip.webm' }).click();
    const viewer = bob.page.getByRole('dialog');
    await bob.page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[role="dialog"] video')?.currentTime ?? 0) > 0.1);
    expect(await viewer.getByRole('button', { name: 'Zoom in' }).count()).toBe(0);
    await viewer.getByText('1 of 2').waitFor();
    await viewer.getByRole('button', { name: 'Next picture' }).click();
    await viewer.locator('[data-loaded="true"]').waitFor();
    await viewer.getByRole('button', { name: 'Close' }).click();
    await viewer.waitFor({ state: 'detached' });
    await bob.closePanel();
  });

  test('a picture that was sent as a plain file opens in the viewer, from the conversation too', async () => {
    const { roomId } = await room('Attic');
    const url = await byApi.alice.upload(makePng(320, 240, [200, 60, 60]), 'image/png');
    await byApi.alice.say(roomId, { msgtype: 'm.file', body: 'scan.png', url, info: { mimetype: 'image/png', size: 1 } });
    await byApi.alice.say(roomId, { msgtype: 'm.file', body: 'paper.pdf', url, info: { mimetype: 'application/pdf', size: 1 } });
    await bob.message('scan.png').getByRole('button', { name: 'Open scan.png' }).click();
    const viewer = bob.page.getByRole('dialog', { name: 'Picture scan.png' });
    await viewer.locator('[data-loaded="true"]').waitFor();
    await bob.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    expect(await bob.message('paper.pdf').getByRole('button', { name: /Open/ }).count()).toBe(0);
  });

  test('the last admin who leaves is told what it means, and names another first', async () => {
    const { name, roomId } = await room('Workshop');
    await alice.say('I am going');
    await alice.openPanel('About this conversation');
    await alice.panel.getByRole('button', { name: 'Leave' }).click();
    await alice.dialog.getByRole('heading', { name: `You are the last admin of ${name}` }).waitFor();
    expect(await alice.dialog.getByRole('button', { name: 'Make admin and leave' }).isDisabled()).toBe(true);
    await alice.dialog.getByRole('button', { name: 'Cancel' }).click();
    await alice.dialog.waitFor({ state: 'detached' });
    await alice.panel.getByRole('button', { name: 'Leave' }).click();
    await alice.choosePerson('bob');
    await alice.dialog.getByRole('button', { name: 'Make admin and leave' }).click();
    await alice.noLongerSeesInInbox(name);
    await bob.seesState('alice left');
    const section = await openSection(bob, 'Roles');
    await section.getByRole('listitem').filter({ hasText: bob.userId }).getByText('Admin').first().waitFor();
    await bob.dialog.getByRole('tab', { name: 'General' }).click();
    await bob.dialog.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    await bob.closeDialog();
    const levels = await byApi.bob.get(`/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels`);
    expect(levels).toMatchObject({ users: { [bob.userId]: 100 } });
  });

  test('who is not the last admin, or is alone, is only asked whether to leave', async () => {
    const { name, roomId } = await room('Greenhouse', {
      power_level_content_override: { users: { [alice.userId]: 100, [bob.userId]: 100 } },
      room_version: '11',
    });
    await alice.say('I am going');
    await alice.openPanel('About this conversation');
    await alice.panel.getByRole('button', { name: 'Leave' }).click();
    await alice.page
      .getByRole('alertdialog')
      .getByRole('heading', { name: `Leave ${name}?` })
      .waitFor();
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await byApi.bob.post(`/rooms/${encodeURIComponent(roomId)}/leave`, {});
    await alice.seesState('bob left');
    await alice.panel.getByRole('button', { name: 'Leave' }).click();
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
    await alice.noLongerSeesInInbox(name);
  });

  test('the last admin who steps down names another first, and nothing of that is lost', async () => {
    const { name, roomId } = await room('Pantry', { room_version: '11' });
    const section = await openSection(alice, 'Roles');
    const mine = section.getByRole('listitem').filter({ hasText: alice.userId }).getByRole('button');
    await choose(alice, mine, 'Moderator');
    await alice.dialog.getByRole('heading', { name: `You are the last admin of ${name}` }).waitFor();
    await alice.choosePerson('bob');
    await alice.dialog.getByRole('button', { name: 'Make admin and step down' }).click();
    await section.getByRole('listitem').filter({ hasText: alice.userId }).getByText('Moderator').first().waitFor();
    const levels = await byApi.bob.get(`/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels`);
    expect(levels).toMatchObject({ users: { [bob.userId]: 100, [alice.userId]: 50 } });
    await alice.closeDialog();
  });
});
