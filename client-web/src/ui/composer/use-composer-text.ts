/** The text of the composer's field: what was typed and whom it mentions, edited so that Ctrl+Z still works. */
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { changeText, mentionLabel, mentionToDelete, type ComposerText, type PlacedMention } from '../../domain/composer/composer-text.ts';
import type { TextEdit } from '../../domain/composer/format-text.ts';
import type { MentionToken } from '../../domain/composer/mention-token.ts';

export interface ComposerField {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly value: ComposerText;
  readonly caret: number;
  /** After the browser changed the field. */
  readonly onInput: () => void;
  readonly onSelect: () => void;
  /** As if it were typed; `mention` is what `insert` names. */
  readonly edit: (edit: TextEdit, mention?: MentionToken) => void;
  /** Another text: of another draft, or none. */
  readonly replace: (value: ComposerText) => void;
  /** Backspace and Delete at a mention; whether there was one. */
  readonly deleteMention: (key: 'Backspace' | 'Delete') => boolean;
}

export function useComposerText(initial: () => ComposerText, onChange: (value: ComposerText) => void): ComposerField {
  const field = useRef<HTMLTextAreaElement>(null);
  const [{ value, caret }, setState] = useState(() => {
    const text = initial();
    return { value: text, caret: text.text.length };
  });
  const current = useRef(value);
  const known = useRef<MentionToken[]>([...value.mentions]);
  const inserting = useRef<PlacedMention>(undefined);
  const moveCaret = useRef<number>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;

  useLayoutEffect(() => {
    if (moveCaret.current === undefined) return;
    field.current?.setSelectionRange(moveCaret.current, moveCaret.current);
    moveCaret.current = undefined;
  });

  const onInput = useCallback((): void => {
    const element = field.current!;
    const at = element.selectionEnd;
    let next = changeText(current.current, element.value, at, known.current);
    const mention = inserting.current;
    if (mention && element.value.slice(mention.start, mention.end) === mentionLabel(mention)) {
      const others = next.mentions.filter((one) => one.end <= mention.start || one.start >= mention.end);
      next = { ...next, mentions: [...others, mention].toSorted((a, b) => a.start - b.start) };
      known.current.push(mention);
    }
    current.current = next;
    setState({ value: next, caret: at });
    changed.current(next);
  }, []);

  const onSelect = useCallback((): void => {
    const at = field.current!.selectionEnd;
    setState((state) => (state.caret === at || current.current !== state.value ? state : { ...state, caret: at }));
  }, []);

  const edit = useCallback(
    (change: TextEdit, mention?: MentionToken): void => {
      const element = field.current;
      if (!element) return;
      element.focus();
      element.setSelectionRange(change.start, change.end);
      if (mention) inserting.current = { ...mention, start: change.start, end: change.start + mentionLabel(mention).length };
      // The only way to change a field that the browser's own undo knows about.
      const nothing = change.insert === '' && change.start === change.end;
      const done = nothing || (change.insert === '' ? document.execCommand('delete') : document.execCommand('insertText', false, change.insert));
      if (!done) {
        element.setRangeText(change.insert, change.start, change.end, 'end');
        element.dispatchEvent(new Event('input', { bubbles: true }));
      }
      inserting.current = undefined;
      element.setSelectionRange(change.select.start, change.select.end);
    },
    [field],
  );

  const replace = useCallback((next: ComposerText): void => {
    current.current = next;
    known.current = [...known.current, ...next.mentions];
    moveCaret.current = next.text.length;
    setState({ value: next, caret: next.text.length });
  }, []);

  const deleteMention = useCallback(
    (key: 'Backspace' | 'Delete'): boolean => {
      const element = field.current!;
      const mention = mentionToDelete(current.current, { start: element.selectionStart, end: element.selectionEnd }, key);
      if (!mention) return false;
      edit({ start: mention.start, end: mention.end, insert: '', select: { start: mention.start, end: mention.start } });
      return true;
    },
    [edit],
  );

  return { field, value, caret, onInput, onSelect, edit, replace, deleteMention };
}
