/**
 * The desktop client: a window with the web client, and what a page can not do by itself. All of Electron that it uses comes
 * in as one argument, so that tests run it without.
 */
import { join } from 'node:path';
import type * as ElectronModule from 'electron';
import type { BrowserWindow, NativeImage, Tray } from 'electron';
import { HIDDEN_SWITCH, setAutostart } from './autostart.ts';
import { applicationMenu, choiceItems } from './application-menu.ts';
import { showBadge, type BadgeKind } from './badge.ts';
import { answerPage } from './bridge.ts';
import { CHANNELS } from './channels.ts';
import { contextMenu } from './context-menu.ts';
import { linkInArguments, readLink } from './deep-links.ts';
import { guardPage, guardSession, PAGE_PREFERENCES } from './guard-page.ts';
import { Notifier } from './notify.ts';
import { APP_SCHEME, SCHEME_PRIVILEGES, START_URL } from './origin.ts';
import { serveApp } from './serve-app.ts';
import { SettingsFile, ZOOM, type Settings } from './settings.ts';
import { Vault } from './vault.ts';
import { watchPage } from './watch-page.ts';
import { SMALLEST, windowBounds } from './window-bounds.ts';
import { wordsOf, type Translate } from './words.ts';

export type Electron = Pick<
  typeof ElectronModule,
  | 'app'
  | 'BrowserWindow'
  | 'clipboard'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeImage'
  | 'nativeTheme'
  | 'Notification'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'screen'
  | 'session'
  | 'shell'
  | 'Tray'
>;

export interface DesktopOptions {
  readonly electron: Electron;
  readonly platform: string;
  readonly argv: readonly string[];
  /** The file that a start at login runs. */
  readonly program: string;
  /** The built web client. */
  readonly clientDirectory: string;
  /** Of the pictures and the preload script. */
  readonly ownDirectory: string;
}

export class Desktop {
  readonly #options: DesktopOptions;
  readonly #electron: Electron;
  readonly #settings: SettingsFile;
  #t!: Translate;
  #window: BrowserWindow | undefined;
  #tray: Tray | undefined;
  #counts = { unread: 0, mentions: 0 };
  /** What the app was opened with, until the page listens. */
  #pendingLink: string | undefined;
  #pageListens = false;
  #quitting = false;

  private constructor(options: DesktopOptions) {
    this.#options = options;
    this.#electron = options.electron;
    this.#settings = new SettingsFile(join(options.electron.app.getPath('userData'), 'settings.json'));
  }

  /** undefined: it runs already, and has been handed the link. */
  static async start(options: DesktopOptions): Promise<Desktop | undefined> {
    const { app, protocol } = options.electron;
    protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES]);
    if (!app.requestSingleInstanceLock()) {
      app.quit();
      return undefined;
    }
    const desktop = new Desktop(options);
    desktop.#pendingLink = linkInArguments(options.argv);
    app.on('second-instance', (_event, argv) => desktop.#openedAgain(linkInArguments(argv)));
    // macOS: also before the app is ready.
    app.on('open-url', (event, url) => {
      event.preventDefault();
      desktop.#openedAgain(readLink(url));
    });
    app.on('before-quit', () => (desktop.#quitting = true));
    app.on('window-all-closed', () => {
      if (options.platform !== 'darwin') app.quit();
    });
    app.on('activate', () => desktop.#show());
    // Whatever contents there ever are, they are held to the same.
    app.on('web-contents-created', (_event, contents) => guardPage(contents, options.electron.shell));
    app.setAsDefaultProtocolClient('matrix');
    await app.whenReady();
    await desktop.#ready();
    return desktop;
  }

  async #ready(): Promise<void> {
    const { app, protocol, session, ipcMain, safeStorage, powerMonitor, Notification } = this.#electron;
    this.#t = wordsOf(app.getLocale());
    protocol.handle(APP_SCHEME, await serveApp(this.#options.clientDirectory));
    guardSession(session.defaultSession);
    const notifier = new Notifier(Notification, (id) => {
      this.#show();
      this.#tell(CHANNELS.notificationClick, id);
    });
    answerPage(ipcMain, {
      vault: new Vault(safeStorage, this.#options.platform),
      isPage: (id) => this.#window?.webContents.id === id,
      onBadge: (unread, mentions) => {
        this.#counts = { unread, mentions };
        this.#showBadge();
      },
      onNotify: (notification) => notifier.show(notification),
      onReady: () => {
        this.#pageListens = true;
        this.#handOverLink();
      },
    });
    powerMonitor.on('resume', () => this.#tell(CHANNELS.resume));
    this.#makeTray();
    this.#makeMenu();
    this.#openWindow(!(this.#options.argv.includes(HIDDEN_SWITCH) && this.#tray));
  }

  // --- window ---

  #openWindow(visible: boolean): void {
    const { BrowserWindow, screen, Menu, clipboard, dialog, app, nativeTheme } = this.#electron;
    const settings = this.#settings.now;
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
    const window = new BrowserWindow({
      ...windowBounds(
        settings.bounds,
        [primary, ...others].map(({ workArea }) => workArea),
      ),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title: 'NexusComm',
      icon: join(this.#options.ownDirectory, 'icons', 'icon-256.png'),
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#17181c' : '#ffffff',
      webPreferences: { ...PAGE_PREFERENCES, preload: join(this.#options.ownDirectory, 'preload.cjs') },
    });
    this.#window = window;
    this.#pageListens = false;
    const { webContents } = window;
    if (settings.maximised && visible) window.maximize();
    window.once('ready-to-show', () => {
      webContents.setZoomLevel(this.#settings.now.zoomLevel);
      if (visible) window.show();
    });
    const remember = (): void => {
      if (window.isDestroyed() || window.isMinimized()) return;
      this.#settings.change({ maximised: window.isMaximized(), ...(window.isMaximized() ? {} : { bounds: window.getNormalBounds() }) });
    };
    for (const event of ['resized', 'moved', 'maximize', 'unmaximize'] as const) window.on(event as 'maximize', remember);
    window.on('close', (event) => {
      remember();
      if (this.#quitting || !this.#staysWithoutWindow()) return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      if (this.#window === window) this.#window = undefined;
    });
    window.on('page-title-updated', (event) => event.preventDefault());
    webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#pageListens = false;
    });
    webContents.on('context-menu', (_event, where) => {
      const items = contextMenu(where, this.#t, {
        replaceMisspelling: (word) => webContents.replaceMisspelling(word),
        learn: (word) => void webContents.session.addWordToSpellCheckerDictionary(word),
        copyText: (text) => clipboard.writeText(text),
        copyImageAt: (x, y) => webContents.copyImageAt(x, y),
      });
      if (items.length > 0) Menu.buildFromTemplate(items).popup({ window });
    });
    watchPage(window, dialog, { t: this.#t, quit: () => app.quit() });
    void window.loadURL(START_URL).catch(() => {});
  }

  #staysWithoutWindow(): boolean {
    return this.#options.platform === 'darwin' || (this.#settings.now.closeToTray && this.#tray !== undefined);
  }

  #show(): void {
    if (!this.#electron.app.isReady()) return;
    if (!this.#window) this.#openWindow(true);
    else {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.show();
      this.#window.focus();
    }
  }

  #tell(channel: string, ...what: readonly unknown[]): void {
    if (this.#window && !this.#window.isDestroyed()) this.#window.webContents.send(channel, ...what);
  }

  // --- links ---

  #openedAgain(link: string | undefined): void {
    this.#pendingLink = link ?? this.#pendingLink;
    this.#show();
    this.#handOverLink();
  }

  #handOverLink(): void {
    if (this.#pendingLink === undefined || !this.#pageListens) return;
    this.#tell(CHANNELS.link, this.#pendingLink);
    this.#pendingLink = undefined;
  }

  // --- menus, tray, badge ---

  #choose(change: Partial<Settings>): void {
    this.#settings.change(change);
    const { startAtLogin, startHidden } = this.#settings.now;
    const { app } = this.#electron;
    const { platform, program } = this.#options;
    setAutostart({ platform, app, configDirectory: app.getPath('appData'), program }, startAtLogin, startHidden);
    this.#makeMenu();
    this.#makeTrayMenu();
  }

  #zoom(by: -1 | 0 | 1): void {
    const zoomLevel = by === 0 ? 0 : Math.min(ZOOM.max, Math.max(ZOOM.min, this.#settings.now.zoomLevel + by * 0.5));
    this.#settings.change({ zoomLevel });
    this.#window?.webContents.setZoomLevel(zoomLevel);
  }

  #makeMenu(): void {
    const { Menu } = this.#electron;
    const template = applicationMenu({
      platform: this.#options.platform,
      t: this.#t,
      settings: this.#settings.now,
      actions: {
        openSettings: () => {
          this.#show();
          const page = `${START_URL}#/settings/profile`;
          // The same address again would load the page anew.
          if (this.#window?.webContents.getURL() !== page) void this.#window?.loadURL(page);
        },
        zoom: (by) => this.#zoom(by),
        choose: (change) => this.#choose(change),
      },
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  #makeTray(): void {
    const { Tray } = this.#electron;
    try {
      this.#tray = new Tray(this.#image(this.#trayFile('none')));
    } catch {
      // A desktop without a tray: closing the window then ends the app.
      return;
    }
    this.#tray.setToolTip('NexusComm');
    this.#tray.on('click', () => this.#show());
    this.#makeTrayMenu();
  }

  #makeTrayMenu(): void {
    const { Menu, app } = this.#electron;
    this.#tray?.setContextMenu(
      Menu.buildFromTemplate([
        { label: this.#t('show'), click: () => this.#show() },
        { type: 'separator' },
        ...choiceItems({
          platform: this.#options.platform,
          t: this.#t,
          settings: this.#settings.now,
          actions: { choose: (change) => this.#choose(change) },
        }),
        { type: 'separator' },
        { label: this.#t('quit'), click: () => app.quit() },
      ]),
    );
  }

  #showBadge(): void {
    showBadge(this.#counts.unread, this.#counts.mentions, {
      platform: this.#options.platform,
      t: this.#t,
      app: this.#electron.app,
      window: () => this.#window,
      tray: () => this.#tray,
      trayImages: {
        none: this.#image(this.#trayFile('none')),
        unread: this.#image(this.#trayFile('unread')),
        mention: this.#image(this.#trayFile('mention')),
      },
      overlays: { unread: this.#image('overlay-unread.png'), mention: this.#image('overlay-mention.png') },
    });
  }

  /** macOS colours the bar's icons itself, from a template. */
  #trayFile(kind: BadgeKind): string {
    return this.#options.platform === 'darwin' ? `tray-${kind}Template.png` : `tray-${kind}.png`;
  }

  /** With `@2x` beside it. */
  #image(name: string): NativeImage {
    return this.#electron.nativeImage.createFromPath(join(this.#options.ownDirectory, 'icons', name));
  }
}
