/** The menu bar; on Windows and Linux it shows on Alt. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Settings } from './settings.ts';
import type { Translate } from './words.ts';

export interface MenuActions {
  openSettings(): void;
  zoom(by: -1 | 0 | 1): void;
  choose(change: Partial<Pick<Settings, 'closeToTray' | 'startAtLogin' | 'startHidden'>>): void;
}

export function applicationMenu(given: {
  readonly platform: string;
  readonly t: Translate;
  readonly settings: Settings;
  readonly actions: MenuActions;
}): MenuItemConstructorOptions[] {
  const { platform, t, actions } = given;
  const mac = platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const settings: MenuItemConstructorOptions = { label: t('settings'), accelerator: 'CmdOrCtrl+,', click: () => actions.openSettings() };
  const choices = choiceItems(given);
  return [
    ...(mac
      ? [
          {
            label: 'NexusComm',
            submenu: [
              { role: 'about', label: t('about') },
              separator,
              settings,
              ...choices,
              separator,
              { role: 'services', label: t('services') },
              separator,
              { role: 'hide', label: t('hide') },
              { role: 'hideOthers', label: t('hideOthers') },
              { role: 'unhide', label: t('showAll') },
              separator,
              { role: 'quit', label: t('quit') },
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: t('file'),
      submenu: [
        ...(mac ? [] : [settings, ...choices, separator]),
        { role: 'close', label: t('closeWindow') },
        ...(mac ? [] : [{ role: 'quit', label: t('quit') } as const]),
      ],
    },
    {
      label: t('edit'),
      submenu: [
        { role: 'undo', label: t('undo') },
        { role: 'redo', label: t('redo') },
        separator,
        { role: 'cut', label: t('cut') },
        { role: 'copy', label: t('copy') },
        { role: 'paste', label: t('paste') },
        { role: 'pasteAndMatchStyle', label: t('pasteAsText') },
        { role: 'selectAll', label: t('selectAll') },
      ],
    },
    {
      label: t('view'),
      submenu: [
        { role: 'reload', label: t('reload') },
        separator,
        { label: t('actualSize'), accelerator: 'CmdOrCtrl+0', click: () => actions.zoom(0) },
        { label: t('zoomIn'), accelerator: 'CmdOrCtrl+Plus', click: () => actions.zoom(1) },
        // Keyboards on which + takes Shift.
        { label: t('zoomIn'), accelerator: 'CmdOrCtrl+=', click: () => actions.zoom(1), visible: false, acceleratorWorksWhenHidden: true },
        { label: t('zoomOut'), accelerator: 'CmdOrCtrl+-', click: () => actions.zoom(-1) },
        separator,
        { role: 'togglefullscreen', label: t('fullScreen') },
      ],
    },
    {
      role: 'window',
      label: t('window'),
      submenu: [{ role: 'minimize', label: t('minimise') }, ...(mac ? [{ role: 'front', label: t('front') } as const] : [])],
    },
  ];
}

/** Also in the menu of the tray icon. */
export function choiceItems(given: {
  readonly platform: string;
  readonly t: Translate;
  readonly settings: Settings;
  readonly actions: Pick<MenuActions, 'choose'>;
}): MenuItemConstructorOptions[] {
  const { platform, t, settings, actions } = given;
  const choice = (name: 'closeToTray' | 'startAtLogin' | 'startHidden', enabled = true): MenuItemConstructorOptions => ({
    id: name,
    label: t(name),
    type: 'checkbox',
    checked: settings[name],
    enabled,
    click: () => actions.choose({ [name]: !settings[name] }),
  });
  // On a Mac an app stays when its window is closed in any case.
  if (platform === 'darwin') return [choice('startAtLogin')];
  return [choice('closeToTray'), choice('startAtLogin'), choice('startHidden', settings.startAtLogin)];
}
