/** Somebody who uses the client in a window of their own: what they do and see, in words. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Homeserver } from './homeserver.ts';

/** Of everybody. */
export const PASSWORD = 'correct horse battery';
/** Until something is seen: syncs, and two cores that others use too. */
const PATIENCE_MS = 20_000;
const FOCUS_WITHIN_MS = 2_000;
/** What a click brings about is there after so long, or it went beside. */
const CLICK_SHOWS_MS = 7_000;
const MOST_CLICKS = 3;

export interface PersonOptions {
  readonly theme?: 'light' | 'dark' | 'contrast';
  readonly language?: 'en' | 'de';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly context?: BrowserContextOptions;
}

export interface NewRoom {
  readonly name: string;
  readonly topic?: string;
  /** As the form calls it: "Everybody". */
  readonly access?: string;
  /** Without `#` and server. */
  readonly address?: string;
  /** Names of people. */
  readonly invite?: readonly string[];
}

export class Person implements AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** The localpart of their id, and their name as long as they have not chosen another. */
  readonly name: string;
  readonly userId: string;
  readonly homeserver: Homeserver;
  /** Errors of the page and what the content security policy refused. */
  readonly troubles: string[] = [];

  private constructor(page: Page, name: string, homeserver: Homeserver) {
    this.page = page;
    this.context = page.context();
    this.name = name;
    this.userId = `@${name}:${homeserver.name}`;
    this.homeserver = homeserver;
    page.on('pageerror', (error) => this.troubles.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Minified React error/.test(message.text())) this.troubles.push(message.text());
    });
  }

  /**
   * A window with a new account, signed in and in step with the server. Where the name is taken, by an earlier try of the same
   * test, the account gets another.
   */
  static async signUp(browser: Browser, homeserver: Homeserver, name: string, options: PersonOptions = {}): Promise<Person> {
    for (let tries = 1; ; tries++) {
      const person = await Person.#arrive(browser, homeserver, tries === 1 ? name : `${name}-${tries}`, options);
      if (await person.#give(PASSWORD)) return person;
      await person[Symbol.asyncDispose]();
    }
  }

  /** The account again, in another window that shares nothing with the first. */
  static async signIn(browser: Browser, homeserver: Homeserver, name: string, options: PersonOptions = {}): Promise<Person> {
    const person = await Person.#arrive(browser, homeserver, name, options);
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.#give(PASSWORD);
    return person;
  }

  /** A window on the page that greets. */
  static async #arrive(browser: Browser, homeserver: Homeserver, name: string, options: PersonOptions): Promise<Person> {
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 860 },
      reducedMotion: 'reduce',
      ...options.context,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const person = new Person(page, name, homeserver);
    const appearance = { theme: options.theme ?? 'light', language: options.language ?? 'en' };
    await page.addInitScript((chosen) => {
      if (localStorage.getItem('nexuscomm.appearance') === null) localStorage.setItem('nexuscomm.appearance', JSON.stringify(chosen));
    }, appearance);
    await page.goto(homeserver.url);
    await page.locator('input[name="username"]').waitFor();
    return person;
  }

  /** False: the name is taken. */
  async #give(password: string): Promise<boolean> {
    await this.page.locator('input[name="username"]').fill(this.name);
    await this.page.locator('input[name="password"]').fill(password);
    await this.page.locator('button[type="submit"]').click();
    const inStep = this.page.locator('[data-state="syncing"]').first();
    await inStep
      .or(this.page.getByText(/^(This name is taken|Dieser Name ist vergeben)/))
      .first()
      .waitFor();
    return inStep.isVisible();
  }

  /** Their account of the same name at another server, in the same window. */
  async addAccount(homeserver: Homeserver): Promise<void> {
    const before = await this.page.locator('[data-state="syncing"]').count();
    await this.page.getByRole('button', { name: 'Add another account' }).click();
    await this.page.getByRole('button', { name: 'Change server' }).click();
    await this.page.getByLabel('Server').fill(homeserver.url);
    await this.page.getByRole('button', { name: 'Use this server' }).click();
    await this.page.locator('input[name="username"]').fill(this.name);
    await this.page.locator('input[name="password"]').fill(PASSWORD);
    await this.page.locator('button[type="submit"]').click();
    await this.page.locator('[data-state="syncing"]').nth(before).waitFor();
  }

  async goTo(hash: string): Promise<void> {
    await this.page.evaluate((to) => {
      location.hash = to;
    }, hash);
  }

  get inbox(): Locator {
    return this.page.getByRole('list', { name: 'Conversations' });
  }

  get dialog(): Locator {
    return this.page.locator('[role=dialog], [role=alertdialog]').last();
  }

  /** Beside the conversation: members, pins, a thread. */
  get panel(): Locator {
    return this.page.getByRole('complementary');
  }

  get messages(): Locator {
    return this.page.getByRole('main').getByRole('log');
  }

  /** Of the conversation: its name, its buttons. */
  get head(): Locator {
    return this.page.getByRole('main').locator('header').first();
  }

  /** Where messages are written; that of a thread is in `panel`. */
  get field(): Locator {
    return this.page.getByRole('main').getByRole('textbox').last();
  }

  conversation(name: string): Locator {
    return this.inbox.getByRole('listitem').filter({ has: this.page.locator('bdi').getByText(name, { exact: true }) });
  }

  message(text: string): Locator {
    return this.messages.getByRole('article').filter({ hasText: text }).last();
  }

  async openRoom(name: string): Promise<void> {
    const opened = this.page.getByRole('main', { name });
    await this.presses(this.conversation(name).getByRole('button').first(), async (timeout) => opened.waitFor({ timeout }));
    await this.#fieldTakesFocus();
  }

  /** That of a conversation opened by the pointer does, a moment after it is painted; there is none where one may not write. */
  async #fieldTakesFocus(): Promise<void> {
    const focused = (): boolean => document.activeElement?.closest('main')?.querySelector('[role=textbox], textarea') === document.activeElement;
    await this.page.waitForFunction(focused, undefined, { timeout: FOCUS_WITHIN_MS }).catch(() => {});
  }

  /** Out of any field: keys are the inbox's. */
  async leaveFields(): Promise<void> {
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }

  /** Under the pointer lines of the inbox keep their places, and new ones wait. */
  async leaveInbox(): Promise<void> {
    await this.page.mouse.move(2, 2);
  }

  async accept(roomName: string): Promise<void> {
    await this.leaveInbox();
    const answer = this.conversation(roomName).getByRole('button', { name: 'Accept' });
    await answer.click();
    await answer.waitFor({ state: 'detached' });
    await this.leaveInbox();
    await this.openRoom(roomName);
    await this.messages.waitFor();
  }

  /** `shown`: how the message looks, where that is not what was typed. */
  async say(text: string, shown = text): Promise<void> {
    const field = this.page.getByRole('main').getByRole('textbox').last();
    await field.click();
    await field.fill(text);
    await field.press('Enter');
    await this.message(shown).and(this.page.locator('[data-state="sent"]')).waitFor();
  }

  /** Key by key, so that suggestions come up. */
  async types(text: string): Promise<void> {
    await this.field.click();
    await this.field.pressSequentially(text);
  }

  /** With a button of the bar over a message: "Reply". */
  async acts(message: Locator, action: string): Promise<void> {
    await message.hover();
    await message.getByRole('toolbar').getByRole('button', { name: action, exact: true }).click();
  }

  /** From the menu of a message: "Copy text". */
  async chooses(message: Locator, item: string): Promise<void> {
    await this.acts(message, 'More');
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** Files as another program would hand them over. */
  async gives(how: 'paste' | 'drop', files: readonly { readonly name: string; readonly type: string; readonly bytes: Uint8Array }[]): Promise<void> {
    const given = files.map((file) => ({ ...file, bytes: [...file.bytes] }));
    const target = how === 'paste' ? this.field : this.messages;
    await target.evaluate(
      (element, { files: list, paste }) => {
        const data = new DataTransfer();
        for (const { name, type, bytes } of list) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
        const bubbling = { bubbles: true, cancelable: true };
        if (paste) element.dispatchEvent(new ClipboardEvent('paste', { ...bubbling, clipboardData: data }));
        else for (const type of ['dragenter', 'dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { ...bubbling, dataTransfer: data }));
      },
      { files: given, paste: how === 'paste' },
    );
  }

  /** Another window of the same browser, in which they are signed in already. */
  async openWindow(): Promise<Person> {
    const page = await this.context.newPage();
    const person = new Person(page, this.name, this.homeserver);
    await page.goto(this.homeserver.url);
    await page.locator('[data-state="syncing"]').first().waitFor();
    return person;
  }

  /** Another window beside one that has their account. */
  async openSecondWindow(): Promise<Person> {
    const page = await this.context.newPage();
    const person = new Person(page, this.name, this.homeserver);
    await page.goto(this.homeserver.url);
    await person.inbox.or(page.getByText('open in another window')).first().waitFor();
    return person;
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).last().waitFor();
  }

  async seesMessage(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  async seesInInbox(name: string): Promise<void> {
    await this.leaveInbox();
    await this.conversation(name).waitFor();
  }

  async noLongerSeesInInbox(name: string): Promise<void> {
    await this.leaveInbox();
    await this.conversation(name).waitFor({ state: 'detached' });
  }

  /** From the menu of the bar at the edge: "Create a room". */
  async chooseNew(what: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByRole('menuitem', { name: what }).click();
    await this.dialog.waitFor();
  }

  /** Or by a link; what is there is shown then. */
  async joinsByAddress(address: string): Promise<void> {
    await this.chooseNew('Join by address');
    await this.dialog.getByRole('textbox', { name: 'Address or link' }).fill(address);
    await this.dialog.getByRole('button', { name: 'Continue' }).click();
  }

  async closeDialog(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  async createRoom(room: NewRoom): Promise<void> {
    await this.chooseNew('Create a room');
    await this.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(room.name);
    if (room.topic !== undefined) await this.dialog.getByRole('textbox', { name: /What it is about/ }).fill(room.topic);
    if (room.access !== undefined) await this.chooseCard(room.access);
    for (const name of room.invite ?? []) await this.choosePerson(name);
    if (room.address !== undefined) {
      if (room.access !== 'Everybody') await this.dialog.getByRole('button', { name: 'More options' }).click();
      await this.dialog.getByRole('textbox', { name: /^Address/ }).fill(room.address);
    }
    await this.dialog.getByRole('button', { name: 'Create room' }).click();
    await this.page.getByRole('main', { name: room.name }).waitFor();
  }

  /** One of several, by its first words. */
  async chooseCard(label: string): Promise<void> {
    await this.dialog.getByRole('radiogroup').getByText(label, { exact: true }).click();
  }

  /** In the people picker of the open dialog. */
  async choosePerson(name: string): Promise<void> {
    await this.dialog.getByRole('combobox', { name: /people|whom/i }).fill(name);
    await this.dialog
      .getByRole('option')
      .filter({ hasText: `@${name}:` })
      .click();
  }

  async startChat(name: string): Promise<void> {
    await this.chooseNew('New direct message');
    await this.choosePerson(name);
    await this.dialog.getByRole('button', { name: 'Start chatting' }).click();
    await this.page.getByRole('main', { name }).waitFor();
  }

  /** By the button in the head of the conversation. */
  async openPanel(button: string | RegExp): Promise<void> {
    if ((await this.panel.count()) > 0) await this.closePanel();
    await this.head.getByRole('button', { name: button }).click();
    await this.panel.waitFor();
  }

  async closePanel(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Close panel' }).click();
    await this.panel.waitFor({ state: 'detached' });
  }

  async openRoomSettings(): Promise<void> {
    await this.head.getByRole('button', { name: 'More' }).click();
    await this.page.getByRole('menuitem', { name: 'Settings' }).click();
    await this.dialog.waitFor();
  }

  /** What to do with a member, in the menu of their line; the last of several is in a submenu. */
  async inMemberMenu(name: string, ...items: readonly string[]): Promise<void> {
    const line = this.panel.getByRole('listitem').filter({ hasText: `@${name}:` });
    await line.hover();
    await line.getByRole('button', { name: `What to do with ${name}` }).click();
    for (const item of items) {
      const choice = this.page.getByRole('menuitem', { name: item }).or(this.page.getByRole('menuitemradio', { name: item }));
      await choice.last().click();
    }
  }

  async pin(text: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: 'More' }).click();
    await this.page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  }

  /** A change of the room, told in the timeline. */
  async seesState(text: string): Promise<void> {
    await this.messages.getByText(text).last().waitFor();
  }

  /** In a list that moves at that moment (a banner comes, the focus comes back) a click goes beside: then it takes another. */
  async presses<T>(button: Locator, follows: (timeout: number) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const [followed] = await Promise.allSettled([follows(CLICK_SHOWS_MS), button.click()]);
      if (followed.status === 'fulfilled') return followed.value;
      if (tries === MOST_CLICKS) throw followed.reason;
    }
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** A screenshot, for looking at. */
  async picture(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
