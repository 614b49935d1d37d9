/** What the desktop shell gives the page (client-desktop's preload script); absent in a browser. */
import type { Vault } from './domain/accounts/account.ts';

export interface DesktopBridge {
  readonly vault: Vault;
  /** false: this computer has no key store, so the vault keeps secrets as they are. */
  vaultSeals(): Promise<boolean>;
  readonly platform: string;
  setBadge(count: number, mentions: number): void;
  /** Links (`matrix:` and web) that the system hands to the app; calls back for each, the first at once if there is one. */
  onLink(listener: (url: string) => void): () => void;
  notify(notification: { readonly id: string; readonly title: string; readonly body: string }): void;
  onNotificationClick(listener: (id: string) => void): () => void;
  /** The computer has woken up: connections are most likely dead. */
  onResume(listener: () => void): () => void;
}

declare global {
  interface Window {
    readonly nexuscommDesktop?: DesktopBridge;
  }
}
