/** What the app keeps of itself, in one small file: where the window was, and what the person chose in the menus. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Rectangle } from 'electron';

export interface Settings {
  readonly bounds: Rectangle | undefined;
  readonly maximised: boolean;
  /** Electron's: 0 is 100 %, each step 20 % */
  readonly zoomLevel: number;
  readonly closeToTray: boolean;
  readonly startAtLogin: boolean;
  readonly startHidden: boolean;
}

export const ZOOM = { min: -3, max: 5 } as const;
const DEFAULTS: Settings = {
  bounds: undefined,
  maximised: false,
  zoomLevel: 0,
  closeToTray: true,
  startAtLogin: false,
  startHidden: true,
};

export class SettingsFile {
  readonly #path: string;
  #settings: Settings;

  constructor(path: string) {
    this.#path = path;
    this.#settings = read(path);
  }

  get now(): Settings {
    return this.#settings;
  }

  /** Whole or not at all: a power cut leaves the file as it was. */
  change(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change };
    const next = `${this.#path}.new`;
    try {
      writeFileSync(next, JSON.stringify(this.#settings, undefined, 2));
      renameSync(next, this.#path);
    } catch {
      // A full disk: the choice lasts until the app ends.
    }
  }
}

function read(path: string): Settings {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<keyof Settings, unknown>;
    const flag = (name: 'maximised' | 'closeToTray' | 'startAtLogin' | 'startHidden'): boolean =>
      typeof kept[name] === 'boolean' ? kept[name] : DEFAULTS[name];
    const zoom = typeof kept.zoomLevel === 'number' && Number.isFinite(kept.zoomLevel) ? kept.zoomLevel : DEFAULTS.zoomLevel;
    return {
      bounds: isRectangle(kept.bounds) ? kept.bounds : undefined,
      maximised: flag('maximised'),
      zoomLevel: Math.min(ZOOM.max, Math.max(ZOOM.min, zoom)),
      closeToTray: flag('closeToTray'),
      startAtLogin: flag('startAtLogin'),
      startHidden: flag('startHidden'),
    };
  } catch {
    return DEFAULTS;
  }
}

function isRectangle(given: unknown): given is Rectangle {
  if (typeof given !== 'object' || given === null) return false;
  return (['x', 'y', 'width', 'height'] as const).every((name) => Number.isSafeInteger((given as Record<string, unknown>)[name]));
}
