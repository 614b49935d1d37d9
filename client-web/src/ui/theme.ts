/** How the client looks to this user on this device. Importing it applies what was chosen to <html>: main.tsx does so first. */
import { createStore, useStore } from 'zustand';
import type { LanguageChoice } from '../i18n/i18n.ts';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export const DENSITIES = ['compact', 'cosy', 'roomy'] as const;
export const MOTIONS = ['system', 'full', 'reduced'] as const;

export interface Appearance {
  readonly theme: (typeof THEMES)[number];
  readonly density: (typeof DENSITIES)[number];
  readonly language: LanguageChoice;
  /** `full` moves even if the system asks for less. */
  readonly motion: (typeof MOTIONS)[number];
}

const STORAGE_KEY = 'nexuscomm.appearance';
const DEFAULTS: Appearance = { theme: 'system', density: 'cosy', language: 'system', motion: 'system' };
const CHOICES: { readonly [Name in keyof Appearance]: readonly Appearance[Name][] } = {
  theme: THEMES,
  density: DENSITIES,
  language: ['system', 'en', 'de'],
  motion: MOTIONS,
};

/** Storage throws where the user blocks it; the choice then lasts as long as the page. */
function stored(): Partial<Record<keyof Appearance, unknown>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function read(): Appearance {
  const from = stored();
  const choose = <Name extends keyof Appearance>(name: Name): Appearance[Name] =>
    CHOICES[name].find((choice) => choice === from[name]) ?? DEFAULTS[name];
  return { theme: choose('theme'), density: choose('density'), language: choose('language'), motion: choose('motion') };
}

function keep(appearance: Appearance): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(appearance));
  } catch {
    // See stored().
  }
}

function apply({ theme, density, motion }: Appearance): void {
  Object.assign(document.documentElement.dataset, { theme, density, motion });
}

export const themeStore = createStore<Appearance>(read);

export const setAppearance = (change: Partial<Appearance>): void => themeStore.setState(change);

export const useAppearance = <Part>(select: (appearance: Appearance) => Part): Part => useStore(themeStore, select);

if (typeof document !== 'undefined') {
  apply(themeStore.getState());
  themeStore.subscribe((appearance) => {
    apply(appearance);
    keep(appearance);
  });
  // Another tab has chosen.
  window.addEventListener('storage', (event) => {
    if (event.key === STORAGE_KEY) themeStore.setState(read());
  });
}
