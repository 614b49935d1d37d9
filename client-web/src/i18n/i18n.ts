/** The client's language: English comes with the client, German when it is asked for. */
import { createInstance, type i18n } from 'i18next';
import { useSyncExternalStore } from 'react';
import * as en from './en/index.ts';
import type { SentenceKey, Translate } from './sentences.ts';

export type { SentenceKey, Translate } from './sentences.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** `system` is what the browser prefers. */
export type LanguageChoice = Language | 'system';

/** How each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const load: Readonly<Record<Exclude<Language, 'en'>, () => Promise<object>>> = {
  de: async () => import('./de/index.ts'),
};

const instance: i18n = createInstance();
void instance.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
  returnNull: false,
});

const preferred = (): readonly string[] => (typeof navigator === 'undefined' ? [] : navigator.languages);

const isLanguage = (tag: string): tag is Language => (LANGUAGES as readonly string[]).includes(tag);

function resolve(choice: LanguageChoice): Language {
  if (choice !== 'system') return choice;
  return (
    preferred()
      .map((tag) => tag.split('-')[0]!)
      .find(isLanguage) ?? 'en'
  );
}

/** The last language asked for wins, however long another takes to load. */
let asked: Language = 'en';

export async function setLanguage(choice: LanguageChoice): Promise<void> {
  const language = resolve(choice);
  asked = language;
  if (language !== 'en' && !instance.hasResourceBundle(language, 'translation')) {
    instance.addResourceBundle(language, 'translation', { ...(await load[language]()) });
  }
  if (asked !== language) return;
  await instance.changeLanguage(language);
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

/** To be awaited before the first rendering, so that nobody sees the wrong language. */
export const initI18n = setLanguage;

export const currentLanguage = (): Language => (isLanguage(instance.language) ? instance.language : 'en');

/** The language with the user's region, for numbers and dates: `en-GB` of somebody who reads English there. */
export function currentLocale(): string {
  const language = currentLanguage();
  return preferred().find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** Outside of components; inside use `useT`, which renders again when the language changes. */
export const t: Translate = (key, ...values) => instance.t(key, { ...values[0] });

/** A sentence whose key is data (`errors.*` of the outbox, `timeline.state.*`): unknown keys give undefined. */
export function translateKey(key: string, values: Readonly<Record<string, string | number>> = {}): string | undefined {
  return instance.exists(key, values) ? instance.t(key, values) : undefined;
}

export const isSentenceKey = (key: string): key is SentenceKey => instance.exists(key);

/** One for each language: what is made from it is made anew when the language changes. */
const translators = new Map<string, Translate>();
function translator(): Translate {
  const language = instance.language;
  const known = translators.get(language);
  if (known) return known;
  // A screen asks for hundreds of sentences, most of them without values.
  const plain = new Map<string, string>();
  const made: Translate = (key, ...values) => {
    if (values.length > 0) return instance.t(key, { ...(values[0] as object) });
    const kept = plain.get(key);
    if (kept !== undefined) return kept;
    const sentence = instance.t(key);
    plain.set(key, sentence);
    return sentence;
  };
  translators.set(language, made);
  return made;
}

function onLanguage(changed: () => void): () => void {
  instance.on('languageChanged', changed);
  return () => instance.off('languageChanged', changed);
}

/**
 * `t('area.key', { values })` in the current language; renders again when it changes. Not react-i18next's hook, which costs a
 * tenth of a millisecond in each of the hundreds of components of a screen.
 */
export const useT = (): Translate => useSyncExternalStore(onLanguage, translator);

/** Renders again when the language changes; for components that only format numbers and dates. */
export const useLanguage = (): Language => useSyncExternalStore(onLanguage, currentLanguage);

export { instance as i18nInstance };
