/** What a right click offers: spelling, the clipboard, links, pictures. */
import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron';
import { mayOpenOutside } from './guard-page.ts';
import type { Translate } from './words.ts';

const MOST_SUGGESTIONS = 5;

export interface ContextActions {
  replaceMisspelling(word: string): void;
  learn(word: string): void;
  copyText(text: string): void;
  copyImageAt(x: number, y: number): void;
}

type Where = Pick<
  ContextMenuParams,
  'x' | 'y' | 'isEditable' | 'selectionText' | 'misspelledWord' | 'dictionarySuggestions' | 'linkURL' | 'mediaType' | 'hasImageContents' | 'editFlags'
>;

/** Empty: there is nothing to offer, so no menu. The page has menus of its own on messages and conversations. */
export function contextMenu(where: Where, t: Translate, actions: ContextActions): MenuItemConstructorOptions[] {
  const groups: MenuItemConstructorOptions[][] = [];
  const { misspelledWord: word } = where;
  if (where.isEditable && word !== '') {
    const suggestions = where.dictionarySuggestions.slice(0, MOST_SUGGESTIONS);
    groups.push([
      ...suggestions.map((label): MenuItemConstructorOptions => ({ label, click: () => actions.replaceMisspelling(label) })),
      ...(suggestions.length === 0 ? [{ label: t('noSuggestions'), enabled: false }] : []),
      { label: t('learnSpelling'), click: () => actions.learn(word) },
    ]);
  }
  if (mayOpenOutside(where.linkURL)) groups.push([{ label: t('copyLink'), click: () => actions.copyText(where.linkURL) }]);
  if (where.mediaType === 'image' && where.hasImageContents) {
    groups.push([{ label: t('copyImage'), click: () => actions.copyImageAt(where.x, where.y) }]);
  }
  if (where.isEditable) {
    const { canCut, canCopy, canPaste, canSelectAll } = where.editFlags;
    groups.push([
      { role: 'cut', label: t('cut'), enabled: canCut },
      { role: 'copy', label: t('copy'), enabled: canCopy },
      { role: 'paste', label: t('paste'), enabled: canPaste },
      { role: 'pasteAndMatchStyle', label: t('pasteAsText'), enabled: canPaste },
      { role: 'selectAll', label: t('selectAll'), enabled: canSelectAll },
    ]);
  } else if (where.selectionText.trim() !== '') groups.push([{ role: 'copy', label: t('copy') }]);
  return groups.flatMap((group, index) => (index === 0 ? group : [{ type: 'separator' as const }, ...group]));
}
