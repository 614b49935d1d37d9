/** Somebody who uses the client in a window of their own: what they do and see, in words. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Homeserver } from './homeserver.ts';

const PASSWORD = 'correct horse battery';
/** Until something is seen: syncs, and two cores that others use too. */
const PATIENCE_MS = 20_000;

export interface PersonOptions {
  readonly theme?: 'light' | 'dark' | 'contrast';
  readonly language?: 'en' | 'de';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly context?: BrowserContextOptions;
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

  /** A window with a new account, signed in and in step with the server. */
  static async signUp(browser: Browser, homeserver: Homeserver, name: string, options: PersonOptions = {}): Promise<Person> {
    const person = await Person.#open(browser, homeserver, name, options);
    await person.#give(name, PASSWORD);
    await person.page.locator('[data-state="syncing"]').first().waitFor();
    return person;
  }

  /** A window with an account that there is already. */
  static async signIn(browser: Browser, homeserver: Homeserver, name: string, password: string, options: PersonOptions = {}): Promise<Person> {
    const person = await Person.#open(browser, homeserver, name, options);
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.#give(name, password);
    await person.page.locator('[data-state="syncing"]').first().waitFor();
    return person;
  }

  static async #open(browser: Browser, homeserver: Homeserver, name: string, options: PersonOptions): Promise<Person> {
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
    return person;
  }

  async #give(name: string, password: string): Promise<void> {
    await this.page.locator('input[name="username"]').fill(name);
    await this.page.locator('input[name="password"]').fill(password);
    await this.page.locator('button[type="submit"]').click();
  }

  /** A further account, of any server; when it is in step there are so many. */
  async addAccount(homeserver: Homeserver, name: string, password: string): Promise<void> {
    const before = await this.page.locator('[data-state="syncing"]').count();
    await this.page.getByRole('button', { name: 'Add another account' }).click();
    await this.page.getByRole('button', { name: 'Change server' }).click();
    await this.page.getByLabel('Server').fill(homeserver.url);
    await this.page.getByRole('button', { name: 'Use this server' }).click();
    await this.page.getByRole('button', { name: 'Change server' }).waitFor();
    const signIn = this.page.getByRole('button', { name: 'Sign in' });
    if ((await this.page.locator('button[type="submit"]').innerText()) !== 'Sign in') await signIn.click();
    await this.#give(name, password);
    await this.page.locator('[data-state="syncing"]').nth(before).waitFor();
  }

  get inbox(): Locator {
    return this.page.getByRole('list', { name: 'Conversations' });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog').last();
  }

  /** Beside the conversation: members, pins, a thread. */
  get panel(): Locator {
    return this.page.getByRole('complementary');
  }

  get messages(): Locator {
    return this.page.getByRole('main').getByRole('log');
  }

  conversation(name: string): Locator {
    return this.inbox.getByRole('listitem').filter({ hasText: name });
  }

  message(text: string): Locator {
    return this.messages.getByRole('article').filter({ hasText: text }).last();
  }

  async openRoom(name: string): Promise<void> {
    await this.conversation(name).getByRole('button').first().click();
    await this.page.getByRole('main', { name }).waitFor();
  }

  async accept(roomName: string): Promise<void> {
    await this.conversation(roomName).getByRole('button', { name: 'Accept' }).click();
    await this.openRoom(roomName);
    await this.messages.waitFor();
  }

  async say(text: string): Promise<void> {
    const field = this.page.getByRole('main').getByRole('textbox').last();
    await field.click();
    await field.fill(text);
    await field.press('Enter');
    await this.message(text).and(this.page.locator('[data-state="sent"]')).waitFor();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).last().waitFor();
  }

  async seesMessage(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  async seesInInbox(name: string): Promise<void> {
    await this.conversation(name).waitFor();
  }

  async noLongerSeesInInbox(name: string): Promise<void> {
    await this.conversation(name).waitFor({ state: 'detached' });
  }

  /** From the menu of the bar at the edge: "Create a room". */
  async chooseNew(what: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByRole('menuitem', { name: what }).click();
    await this.dialog.waitFor();
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
