/** As much of Electron as the desktop client uses, without a window: what was asked of it can be looked at. */
import { EventEmitter } from 'node:events';
import type { IpcMain, MenuItemConstructorOptions, Rectangle, SafeStorage, Shell, WebContents } from 'electron';
import type { Electron } from '../src/desktop.ts';

export function fakeSafeStorage(options: { readonly available?: boolean; readonly backend?: string } = {}): SafeStorage {
  const { available = true, backend = 'gnome_libsecret' } = options;
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
  const checked = (): void => {
    if (!available) throw new Error('no key store');
  };
  return {
    isEncryptionAvailable: () => available,
    getSelectedStorageBackend: () => backend,
    encryptString: (text: string) => {
      checked();
      return turn(Buffer.from(text));
    },
    decryptString: (sealed: Buffer) => {
      checked();
      return turn(sealed).toString();
    },
  } as unknown as SafeStorage;
}

export function fakeShell(): { readonly opened: string[]; readonly asShell: Pick<Shell, 'openExternal'> } {
  const opened: string[] = [];
  return { opened, asShell: { openExternal: async (url) => void opened.push(url) } };
}

type OpenHandler = (details: { url: string }) => unknown;

export class FakeContents extends EventEmitter {
  readonly id: number = 1;
  readonly sent: unknown[][] = [];
  zoomLevel = 0;
  reloads = 0;
  #open: OpenHandler = () => undefined;

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler;
  }

  openWindow(url: string): unknown {
    return this.#open({ url });
  }

  send(...what: unknown[]): void {
    this.sent.push(what);
  }

  setZoomLevel(level: number): void {
    this.zoomLevel = level;
  }

  reload(): void {
    this.reloads++;
  }
}

export interface FakeGuarded {
  readonly asContents: WebContents;
  openWindow(url: string): unknown;
  /** Whether it may go on. */
  emit(event: string, given: object): boolean;
}

export function fakeContents(): FakeGuarded {
  const contents = new FakeContents();
  return {
    asContents: contents as unknown as WebContents,
    openWindow: (url) => contents.openWindow(url),
    emit: (event, given) => {
      let allowed = true;
      contents.emit(event, { ...given, preventDefault: () => (allowed = false) });
      return allowed;
    },
  };
}

export interface Sender {
  readonly url: string;
  readonly id: number;
  readonly inFrame?: boolean;
  readonly gone?: boolean;
}

export interface FakeIpc {
  readonly asIpc: Pick<IpcMain, 'handle' | 'on'>;
  invoke(sender: Sender, channel: string, ...given: readonly unknown[]): Promise<unknown>;
  send(sender: Sender, channel: string, ...given: readonly unknown[]): void;
}

type Heard = (event: unknown, ...given: readonly unknown[]) => unknown;

export function fakeIpc(): FakeIpc {
  const answers = new Map<string, Heard>();
  const listeners = new Map<string, Heard>();
  const event = ({ url, id, inFrame, gone }: Sender): unknown => ({
    sender: { id },
    senderFrame: gone === true ? null : { url, parent: inFrame === true ? {} : null },
  });
  return {
    asIpc: {
      handle: (channel: string, listener: Heard) => void answers.set(channel, listener),
      on: (channel: string, listener: Heard) => void listeners.set(channel, listener),
    } as unknown as Pick<IpcMain, 'handle' | 'on'>,
    invoke: async (sender, channel, ...given) => answers.get(channel)!(event(sender), ...given),
    send: (sender, channel, ...given) => void listeners.get(channel)!(event(sender), ...given),
  };
}

export class FakeNotification extends EventEmitter {
  readonly options: { readonly title: string; readonly body: string };
  open = false;

  constructor(options: { title: string; body: string; silent: boolean }) {
    super();
    this.options = options;
  }

  show(): void {
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.emit('close');
  }
}

export function fakeNotifications() {
  const shown: FakeNotification[] = [];
  class Notification extends FakeNotification {
    constructor(options: { title: string; body: string; silent: boolean }) {
      super(options);
      shown.push(this);
    }
  }
  return { Notification: Notification as unknown as Electron['Notification'], shown };
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: Record<string, unknown>;
  visible = false;
  focused = 0;
  destroyed = false;
  loaded: string[] = [];
  overlay: unknown;

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
  }

  show(): void {
    this.visible = true;
  }
  hide(): void {
    this.visible = false;
  }
  focus(): void {
    this.focused++;
  }
  maximize(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  getNormalBounds(): Rectangle {
    return { x: 10, y: 20, width: 900, height: 700 };
  }
  setOverlayIcon(icon: unknown): void {
    this.overlay = icon;
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
  }

  /** As a click on the cross: whether it closed. */
  close(): boolean {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (prevented) return false;
    this.destroyed = true;
    this.emit('closed');
    return true;
  }
}

export class FakeApp extends EventEmitter {
  isFirst = true;
  quits = 0;
  badge = 0;
  protocols: string[] = [];
  readonly userData: string;
  #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor(userData: string) {
    super();
    this.userData = userData;
  }

  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }
  getPath(): string {
    return this.userData;
  }
  requestSingleInstanceLock(): boolean {
    return this.isFirst;
  }
  async whenReady(): Promise<void> {
    return this.#ready.promise;
  }
  isReady(): boolean {
    return this.#isReady;
  }
  quit(): void {
    this.quits++;
    this.emit('before-quit');
  }
  getLocale(): string {
    return 'en-GB';
  }
  setBadgeCount(count: number): boolean {
    this.badge = count;
    return true;
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    this.protocols.push(scheme);
    return true;
  }
  setLoginItemSettings(): void {}
}

export interface FakeElectron {
  readonly electron: Electron;
  readonly app: FakeApp;
  readonly ipc: FakeIpc;
  readonly windows: FakeWindow[];
  readonly opened: string[];
  readonly notifications: FakeNotification[];
  readonly power: EventEmitter;
  readonly schemes: unknown[];
  readonly handled: Map<string, unknown>;
  readonly menus: MenuItemConstructorOptions[][];
  readonly trays: { image: string; tip: string; menu: MenuItemConstructorOptions[] }[];
  /** What the person answers to dialogs, in turn. */
  readonly answers: number[];
  readonly asked: string[];
}

/** `userData`: a directory of the test's. */
export function fakeElectron(userData: string): FakeElectron {
  const app = new FakeApp(userData);
  const ipc = fakeIpc();
  const { opened, asShell } = fakeShell();
  const { Notification, shown } = fakeNotifications();
  const windows: FakeWindow[] = [];
  const schemes: unknown[] = [];
  const handled = new Map<string, unknown>();
  const menus: MenuItemConstructorOptions[][] = [];
  const trays: { image: string; tip: string; menu: MenuItemConstructorOptions[] }[] = [];
  const answers: number[] = [];
  const asked: string[] = [];
  const power = new EventEmitter();
  class BrowserWindow extends FakeWindow {
    constructor(options: Record<string, unknown>) {
      super(options);
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
  }
  class Tray extends EventEmitter {
    readonly #kept: { image: string; tip: string; menu: MenuItemConstructorOptions[] };
    constructor(image: string) {
      super();
      this.#kept = { image, tip: '', menu: [] };
      trays.push(this.#kept);
    }
    setImage(image: string): void {
      this.#kept.image = image;
    }
    setToolTip(text: string): void {
      this.#kept.tip = text;
    }
    setContextMenu(menu: MenuItemConstructorOptions[]): void {
      this.#kept.menu = menu;
    }
  }
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1_920, height: 1_080 } };
  const electron = {
    app,
    BrowserWindow,
    Tray,
    Notification,
    ipcMain: ipc.asIpc,
    shell: asShell,
    powerMonitor: power,
    safeStorage: fakeSafeStorage(),
    clipboard: { writeText: () => {} },
    nativeTheme: { shouldUseDarkColors: false },
    nativeImage: { createFromPath: (path: string) => path },
    screen: { getPrimaryDisplay: () => display, getAllDisplays: () => [display] },
    session: { defaultSession: { setPermissionRequestHandler: () => {}, setPermissionCheckHandler: () => {}, setDevicePermissionHandler: () => {} } },
    protocol: {
      registerSchemesAsPrivileged: (given: unknown[]) => schemes.push(...given),
      handle: (scheme: string, handler: unknown) => void handled.set(scheme, handler),
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: MenuItemConstructorOptions[]) => void menus.push(menu),
    },
    dialog: {
      showMessageBox: async ({ message }: { message: string }) => {
        asked.push(message);
        return { response: answers.shift() ?? 1 };
      },
    },
  };
  return {
    electron: electron as unknown as Electron,
    app,
    ipc,
    windows,
    opened,
    notifications: shown,
    power,
    schemes,
    handled,
    menus,
    trays,
    answers,
    asked,
  };
}
