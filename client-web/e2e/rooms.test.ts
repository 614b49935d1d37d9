/** Two people and their rooms, from the first to leaving it, in two windows of a real browser. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';

const START_MS = 180_000;
const TEST_MS = 120_000;

let homeserver: Homeserver;
let browser: Browser;
let alice: Person;
let bob: Person;

/** In the order they are written: each goes on where the one before ended. */
inBrowser('rooms', () => {
  beforeAll(async () => {
    homeserver = await startHomeserver();
    browser = await launchChromium();
    alice = await Person.signUp(browser, homeserver, 'alice');
    bob = await Person.signUp(browser, homeserver, 'bob');
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await homeserver?.[Symbol.asyncDispose]();
  });

  afterEach(() => {
    expect([...(alice?.troubles ?? []), ...(bob?.troubles ?? [])]).toEqual([]);
  });

  test(
    'a room is created with an invitation, which is accepted from the inbox',
    async () => {
      await alice.createRoom({ name: 'Kitchen', topic: 'What we cook', invite: ['bob'] });
      await alice.say('Welcome to the kitchen');
      await bob.seesInInbox('Kitchen');
      await bob.accept('Kitchen');
      await bob.say('Smells good');
      await alice.seesMessage('Smells good');
    },
    TEST_MS,
  );

  test(
    'a public room is found in the directory and joined',
    async () => {
      await alice.createRoom({ name: 'Town square', access: 'Everybody', address: 'square' });
      await bob.chooseNew('Browse rooms');
      await bob.dialog.getByRole('searchbox').fill('town');
      await bob.dialog.getByRole('button', { name: 'Join: Town square' }).click();
      await bob.page.getByRole('main', { name: 'Town square' }).waitFor();
      await bob.say('Hello square');
      await alice.seesMessage('Hello square');
    },
    TEST_MS,
  );

  test(
    'a taken address is told where it is typed, and nothing that was typed is lost',
    async () => {
      await bob.chooseNew('Create a room');
      await bob.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Another square');
      await bob.chooseCard('Everybody');
      await bob.dialog.getByRole('textbox', { name: 'Address' }).fill('square');
      await bob.dialog.getByText('This address is taken').waitFor();
      await bob.dialog.getByRole('button', { name: 'Create room' }).click();
      expect(await bob.dialog.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Another square');
      await bob.press('Escape');
    },
    TEST_MS,
  );

  test(
    'a message is pinned and found among the pins by the other',
    async () => {
      await alice.openRoom('Town square');
      await alice.pin('Hello square');
      await bob.openPanel('Pinned messages');
      await bob.panel.getByRole('article').filter({ hasText: 'Hello square' }).waitFor();
      await bob.closePanel();
    },
    TEST_MS,
  );

  test(
    'a change of the settings is seen by the other, who may not change them',
    async () => {
      await alice.openRoomSettings();
      await alice.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Market square');
      await alice.dialog.getByRole('button', { name: 'Save' }).click();
      await alice.dialog.getByText('Market square').first().waitFor();
      await alice.closeDialog();
      await bob.seesInInbox('Market square');
      await bob.openRoomSettings();
      await bob.sees('Your role in this room is not enough to change all of this.');
      expect(await bob.dialog.getByRole('textbox', { name: 'Name', exact: true }).count()).toBe(0);
      await bob.closeDialog();
    },
    TEST_MS,
  );

  test(
    'somebody is made a moderator, and can then change the topic',
    async () => {
      await alice.openPanel(/people/);
      await alice.inMemberMenu('bob', 'Role', 'Moderator');
      await alice.panel.getByText('Moderators').waitFor();
      await bob.openRoomSettings();
      await bob.dialog.getByRole('textbox', { name: 'What it is about' }).fill('Fruit and gossip');
      await bob.dialog.getByRole('button', { name: 'Save' }).click();
      await bob.closeDialog();
      await alice.head.getByText('Fruit and gossip').waitFor();
    },
    TEST_MS,
  );

  test(
    'a link to a room in a message leads into it',
    async () => {
      await alice.createRoom({ name: 'Back yard', access: 'Everybody', address: 'yard' });
      await alice.openRoom('Market square');
      await alice.say(`Come along: https://matrix.to/#/%23yard:${homeserver.name}`, 'Come along');
      await bob.message('Come along').getByRole('button', { name: '#yard' }).click();
      await bob.dialog.getByRole('heading', { name: 'Back yard' }).waitFor();
      await bob.dialog.getByRole('button', { name: 'Join room' }).click();
      await bob.page.getByRole('main', { name: 'Back yard' }).waitFor();
    },
    TEST_MS,
  );

  test(
    'whoever has to ask is let in',
    async () => {
      await alice.createRoom({ name: 'Cellar', access: 'Anyone who asks', address: 'cellar' });
      await bob.page.goto(`${homeserver.url}/#/to/${encodeURIComponent(`#cellar:${homeserver.name}`)}`);
      await bob.dialog.getByRole('textbox', { name: /A few words/ }).fill('It is me, Bob');
      await bob.dialog.getByRole('button', { name: 'Ask to join' }).click();
      await bob.sees('You have asked to join');
      await bob.dialog.getByRole('button', { name: 'OK' }).click();
      await alice.openRoom('Cellar');
      await alice.openPanel(/pe(rson|ople)/);
      await alice.panel.getByText('It is me, Bob').waitFor();
      await alice.panel.getByRole('button', { name: 'Let in' }).click();
      await bob.accept('Cellar');
      await bob.say('Thanks');
      await alice.seesMessage('Thanks');
    },
    TEST_MS,
  );

  test(
    'a direct chat is started once, and opened after that',
    async () => {
      await alice.startChat('bob');
      await alice.say('Just between us');
      await bob.seesInInbox('alice');
      await bob.accept('alice');
      await bob.seesMessage('Just between us');
      const where = alice.page.url();
      await alice.openRoom('Kitchen');
      await alice.startChat('bob');
      expect(alice.page.url()).toBe(where);
    },
    TEST_MS,
  );

  test(
    'somebody is banned, with the reason that was given',
    async () => {
      await alice.openRoom('Back yard');
      await alice.openPanel(/people/);
      await alice.inMemberMenu('bob', 'Ban');
      await alice.dialog.getByRole('textbox', { name: /Reason/ }).fill('Ate all apples');
      await alice.dialog.getByRole('button', { name: 'Ban' }).click();
      await alice.panel.getByText('Ate all apples').waitFor();
      await bob.noLongerSeesInInbox('Back yard');
    },
    TEST_MS,
  );

  test(
    'a room is left',
    async () => {
      await bob.openRoom('Kitchen');
      await bob.page.getByRole('button', { name: 'About this conversation' }).click();
      await bob.panel.getByRole('button', { name: 'Leave' }).click();
      await bob.page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
      await bob.noLongerSeesInInbox('Kitchen');
      await alice.openRoom('Kitchen');
      await alice.seesState('bob left');
    },
    TEST_MS,
  );
});
