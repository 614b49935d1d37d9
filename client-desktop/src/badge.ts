/** How many conversations are unread, at the dock, the taskbar and the tray. */
import type { App, BrowserWindow, NativeImage, Tray } from 'electron';
import type { Translate } from './words.ts';

export type BadgeKind = 'none' | 'unread' | 'mention';

export interface BadgeTargets {
  readonly platform: string;
  readonly t: Translate;
  readonly app: Pick<App, 'setBadgeCount'>;
  readonly window: () => Pick<BrowserWindow, 'setOverlayIcon' | 'isDestroyed'> | undefined;
  readonly tray: () => Pick<Tray, 'setImage' | 'setToolTip'> | undefined;
  readonly trayImages: Readonly<Record<BadgeKind, NativeImage>>;
  readonly overlays: Readonly<Record<Exclude<BadgeKind, 'none'>, NativeImage>>;
}

export function showBadge(unread: number, mentions: number, targets: BadgeTargets): void {
  const { platform, t, app } = targets;
  const kind: BadgeKind = mentions > 0 ? 'mention' : unread > 0 ? 'unread' : 'none';
  const words = [...(unread > 0 ? [t('unread', { count: unread })] : []), ...(mentions > 0 ? [t('mentions', { count: mentions })] : [])].join(', ');
  // A number is for what waits for the person; Windows has no numbers, but a mark over the icon.
  app.setBadgeCount(mentions);
  const window = targets.window();
  if (platform === 'win32' && window && !window.isDestroyed()) window.setOverlayIcon(kind === 'none' ? null : targets.overlays[kind], words);
  const tray = targets.tray();
  tray?.setImage(targets.trayImages[kind]);
  tray?.setToolTip(words === '' ? 'NexusComm' : `NexusComm: ${words}`);
}
