/** Runs beside the page, in a world of its own: gives it `window.nexuscommDesktop` and nothing else. Bundled as CommonJS. */
import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopBridge } from '@nexuscomm/client-web/src/desktop-bridge.ts';
import { CHANNELS } from './channels.ts';

/** Electron's own event is never handed on: it leads to `ipcRenderer`. */
function listen<Given extends readonly unknown[]>(channel: string, listener: (...given: Given) => void): () => void {
  const heard = (_event: unknown, ...given: readonly unknown[]): void => listener(...(given as unknown as Given));
  ipcRenderer.on(channel, heard);
  return () => void ipcRenderer.off(channel, heard);
}

const bridge: DesktopBridge = {
  platform: { darwin: 'macOS', win32: 'Windows', linux: 'Linux' }[process.platform as string] ?? process.platform,
  vault: {
    seal: async (secret) => ipcRenderer.invoke(CHANNELS.seal, secret) as Promise<string>,
    open: async (kept) => ipcRenderer.invoke(CHANNELS.open, kept) as Promise<string>,
  },
  vaultSeals: async () => ipcRenderer.invoke(CHANNELS.seals) as Promise<boolean>,
  setBadge: (unread, mentions) => ipcRenderer.send(CHANNELS.badge, unread, mentions),
  notify: ({ id, title, body }) => ipcRenderer.send(CHANNELS.notify, { id, title, body }),
  onNotificationClick: (listener) => listen<[string]>(CHANNELS.notificationClick, listener),
  onResume: (listener) => listen(CHANNELS.resume, listener),
  onLink: (listener) => {
    const stop = listen<[string]>(CHANNELS.link, listener);
    // What the app was started with waits until somebody listens.
    ipcRenderer.send(CHANNELS.ready);
    return stop;
  },
};

contextBridge.exposeInMainWorld('nexuscommDesktop', bridge);
