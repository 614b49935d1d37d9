import { describe, expect, test } from '@jest/globals';
import type { MenuItemConstructorOptions } from 'electron';
import { applicationMenu } from './application-menu.ts';
import { contextMenu } from './context-menu.ts';
import type { Settings } from './settings.ts';
import { wordsOf } from './words.ts';

const settings: Settings = { bounds: undefined, maximised: false, zoomLevel: 0, closeToTray: true, startAtLogin: false, startHidden: true };
const t = wordsOf('en-GB');

describe('the menu bar', () => {
  const done: unknown[] = [];
  const actions = { openSettings: () => done.push('settings'), zoom: (by: number) => done.push(by), choose: (change: object) => done.push(change) };
  const itemsOf = (platform: string): MenuItemConstructorOptions[] =>
    applicationMenu({ platform, t, settings, actions }).flatMap((menu) => menu.submenu as MenuItemConstructorOptions[]);

  test('has what belongs on each system', () => {
    const roles = (platform: string): (string | undefined)[] => itemsOf(platform).map(({ role }) => role);
    expect(roles('darwin')).toEqual(expect.arrayContaining(['about', 'services', 'hide', 'quit', 'front', 'pasteAndMatchStyle', 'togglefullscreen']));
    expect(roles('linux')).toEqual(expect.arrayContaining(['quit', 'close', 'undo', 'paste', 'minimize']));
    for (const role of ['services', 'hide', 'front']) expect(roles('win32')).not.toContain(role);
    expect(itemsOf('darwin').map(({ id }) => id)).not.toContain('closeToTray');
  });

  test('nothing opens developer tools', () => {
    for (const platform of ['darwin', 'win32', 'linux']) expect(JSON.stringify(itemsOf(platform))).not.toMatch(/devtools|forceReload/i);
  });

  test('every item has a name or is a line, and no key is taken twice', () => {
    for (const platform of ['darwin', 'win32', 'linux']) {
      const items = itemsOf(platform);
      for (const item of items) expect(item.type === 'separator' || Boolean(item.label)).toBe(true);
      const keys = items.map(({ accelerator }) => accelerator).filter((key) => key !== undefined);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test('choices are ticked as they are, and turned by a click', () => {
    const items = itemsOf('linux');
    const click = (id: string): void => (items.find((item) => item.id === id)!.click as unknown as () => void)();
    expect(items.find(({ id }) => id === 'closeToTray')).toMatchObject({ type: 'checkbox', checked: true });
    expect(items.find(({ id }) => id === 'startHidden')).toMatchObject({ enabled: false });
    click('closeToTray');
    click('startAtLogin');
    expect(done).toEqual([{ closeToTray: false }, { startAtLogin: true }]);
  });
});

describe('the context menu', () => {
  const done: unknown[] = [];
  const actions = {
    replaceMisspelling: (word: string) => done.push(`replace ${word}`),
    learn: (word: string) => done.push(`learn ${word}`),
    copyText: (text: string) => done.push(`copy ${text}`),
    copyImageAt: (x: number, y: number) => done.push(`image ${x} ${y}`),
  };
  const nowhere = {
    x: 3,
    y: 4,
    isEditable: false,
    selectionText: '',
    misspelledWord: '',
    dictionarySuggestions: [] as string[],
    linkURL: '',
    mediaType: 'none' as const,
    hasImageContents: false,
    editFlags: {
      canCut: true,
      canCopy: true,
      canPaste: true,
      canSelectAll: true,
      canUndo: true,
      canRedo: false,
      canDelete: true,
      canEditRichly: false,
    },
  };
  const offered = (over: Partial<Parameters<typeof contextMenu>[0]>) => contextMenu({ ...nowhere, ...over }, t, actions);

  test('nothing where there is nothing to do', () => {
    expect(offered({})).toEqual([]);
    expect(offered({ linkURL: 'javascript:alert(1)' })).toEqual([]);
  });

  test('spelling in a field', () => {
    const menu = offered({ isEditable: true, misspelledWord: 'helo', dictionarySuggestions: ['hello', 'help', 'a', 'b', 'c', 'd'] });
    expect(menu.map(({ label, role, type }) => type ?? role ?? label).slice(0, 7)).toEqual([
      'hello',
      'help',
      'a',
      'b',
      'c',
      'Add to dictionary',
      'separator',
    ]);
    for (const item of menu.slice(0, 6)) (item.click as (() => void) | undefined)?.();
    expect(done).toEqual(['replace hello', 'replace help', 'replace a', 'replace b', 'replace c', 'learn helo']);
    expect(offered({ isEditable: true, misspelledWord: 'xqz' })[0]).toEqual({ label: 'No suggestions', enabled: false });
  });

  test('text, links and pictures', () => {
    expect(offered({ selectionText: 'words' })).toEqual([{ role: 'copy', label: 'Copy' }]);
    expect(offered({ linkURL: 'https://example.org/' }).map(({ label }) => label)).toEqual(['Copy link']);
    expect(offered({ mediaType: 'image', hasImageContents: true }).map(({ label }) => label)).toEqual(['Copy picture']);
  });
});

test('German where the system is', () => {
  expect(wordsOf('de-AT')('quit')).toBe('NexusComm beenden');
  expect(wordsOf('fr')('unread', { count: 3 })).toBe('3 unread');
});
