/** What the page may do: stay where it is, and ask the system to open web pages and mail. */
import type { Session, Shell, WebContents, WebPreferences } from 'electron';
import { isOurs } from './origin.ts';

const OPENED_OUTSIDE: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
/** Longer ones break the system's own handlers. */
const LONGEST_URL = 8_192;

/** Of the window; nothing here is looser than Electron's default. */
export const PAGE_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: true,
} as const satisfies WebPreferences;

export function mayOpenOutside(url: string): boolean {
  if (url.length > LONGEST_URL) return false;
  try {
    return OPENED_OUTSIDE.has(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** Whether the page may have it; everything that is not named it may not. */
export function isPermitted(permission: string, requestingUrl: string): boolean {
  if (!isOurs(requestingUrl)) return false;
  // Calls take camera and microphone, the palette copies links, media go full screen.
  return ['notifications', 'media', 'clipboard-sanitized-write', 'fullscreen', 'persistent-storage'].includes(permission);
}

export function guardPage(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>, shell: Pick<Shell, 'openExternal'>): void {
  const openOutside = (url: string): void => {
    if (mayOpenOutside(url)) void shell.openExternal(url).catch(() => {});
  };
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (event) => {
    if (isOurs(event.url)) return;
    event.preventDefault();
    openOutside(event.url);
  });
  contents.on('will-redirect', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

export function guardSession(
  session: Pick<Session, 'setPermissionCheckHandler' | 'setPermissionRequestHandler' | 'setDevicePermissionHandler'>,
): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => answer(isPermitted(permission, details.requestingUrl)));
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => isPermitted(permission, requestingOrigin));
  session.setDevicePermissionHandler(() => false);
}
