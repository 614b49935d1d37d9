import { expect, test } from '@jest/globals';
import type { NativeImage } from 'electron';
import { showBadge } from './badge.ts';
import { wordsOf } from './words.ts';

const image = (name: string): NativeImage => name as unknown as NativeImage;

function shown(platform: string, unread: number, mentions: number): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  showBadge(unread, mentions, {
    platform,
    t: wordsOf('en'),
    app: {
      setBadgeCount: (count) => {
        seen['count'] = count;
        return true;
      },
    },
    window: () => ({ isDestroyed: () => false, setOverlayIcon: (icon, text) => void (seen['overlay'] = [icon, text]) }),
    tray: () => ({ setImage: (icon) => void (seen['tray'] = icon), setToolTip: (text) => void (seen['tip'] = text) }),
    trayImages: { none: image('none'), unread: image('unread'), mention: image('mention') },
    overlays: { unread: image('dot'), mention: image('red dot') },
  });
  return seen;
}

test('nothing, unread, mentioned', () => {
  expect(shown('darwin', 0, 0)).toEqual({ count: 0, tray: 'none', tip: 'NexusComm' });
  expect(shown('linux', 3, 0)).toEqual({ count: 0, tray: 'unread', tip: 'NexusComm: 3 unread' });
  expect(shown('linux', 3, 2)).toEqual({ count: 2, tray: 'mention', tip: 'NexusComm: 3 unread, 2 mention you' });
});

test('a mark over the icon on Windows', () => {
  expect(shown('win32', 3, 2)).toMatchObject({ overlay: ['red dot', '3 unread, 2 mention you'] });
  expect(shown('win32', 0, 0)).toMatchObject({ overlay: [null, ''] });
});
