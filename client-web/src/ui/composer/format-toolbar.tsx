/** Files, emoji, mentions and formatting. Plain buttons that leave the focus in the field: a composer is made with every room switch. */
import {
  AtSign,
  Bold,
  CaseSensitive,
  Code,
  EyeOff,
  Italic,
  Link2,
  List,
  ListOrdered,
  Paperclip,
  Smile,
  SquareCode,
  Strikethrough,
  TextQuote,
} from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { formatText, type TextFormat } from '../../domain/composer/format-text.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT, type SentenceKey } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { EmojiPopover } from '../emoji/emoji-popover.tsx';
import { keysOf } from '../shell/shortcuts.ts';
import styles from './format-toolbar.module.css';
import type { ComposerField } from './use-composer-text.ts';

interface Tool {
  readonly format: TextFormat;
  readonly label: Extract<SentenceKey, `composer.format.${string}`>;
  /** As `keysOf` has them, and as people read them. */
  readonly keys?: string;
  readonly icon: ReactNode;
}

const TOOLS: readonly Tool[] = [
  { format: 'bold', label: 'composer.format.bold', keys: 'mod+b', icon: <Bold /> },
  { format: 'italic', label: 'composer.format.italic', keys: 'mod+i', icon: <Italic /> },
  { format: 'strike', label: 'composer.format.strike', keys: 'mod+shift+x', icon: <Strikethrough /> },
  { format: 'link', label: 'composer.format.link', keys: 'mod+shift+u', icon: <Link2 /> },
  { format: 'list', label: 'composer.format.list', keys: 'mod+shift+8', icon: <List /> },
  { format: 'numbers', label: 'composer.format.numbers', keys: 'mod+shift+7', icon: <ListOrdered /> },
  { format: 'quote', label: 'composer.format.quote', keys: 'mod+shift+9', icon: <TextQuote /> },
  { format: 'code', label: 'composer.format.code', keys: 'mod+e', icon: <Code /> },
  { format: 'code-block', label: 'composer.format.codeBlock', keys: 'mod+alt+e', icon: <SquareCode /> },
  { format: 'spoiler', label: 'composer.format.spoiler', keys: 'mod+shift+s', icon: <EyeOff /> },
];

/** With Shift a digit is another sign on most keyboards: the key itself counts then. */
export function formatOfKeys(event: KeyboardEvent): TextFormat | undefined {
  const keys = keysOf(event);
  const byCode = /^Digit\d$/.test(event.code) && event.shiftKey && !event.altKey ? `mod+shift+${event.code.slice(-1)}` : keys;
  return TOOLS.find((tool) => tool.keys === keys || tool.keys === byCode)?.format;
}

const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Readonly<Record<string, string>> = APPLE
  ? { mod: '⌘', shift: '⇧', alt: '⌥' }
  : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', Escape: 'Esc' };
const readable = (keys: string): string =>
  keys
    .split('+')
    .map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(APPLE ? '' : '+');

export interface ToolButtonProps {
  readonly label: string;
  readonly keys?: string | undefined;
  readonly kind?: 'send';
  readonly selected?: boolean;
  readonly isDisabled?: boolean;
  readonly className?: string | undefined;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** Does not take the focus from the field. */
export function ToolButton({ label, keys, kind, selected, isDisabled, className, onPress, children }: ToolButtonProps) {
  return (
    <button
      type="button"
      className={classNames(styles.tool, kind && styles[kind], className)}
      aria-label={label}
      aria-pressed={selected}
      title={keys === undefined ? label : `${label} (${readable(keys)})`}
      disabled={isDisabled}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPress}
    >
      {children}
    </button>
  );
}

const KEPT = 'nexuscomm.formatting';
const readKept = (): boolean => {
  try {
    return localStorage.getItem(KEPT) === 'shown';
  } catch {
    return false;
  }
};

export interface FormatToolbarProps {
  readonly editor: ComposerField;
  readonly live: LiveSession | undefined;
  /** undefined where no files can be sent: in an edit. */
  readonly onFiles: ((files: readonly File[]) => void) | undefined;
}

export function FormatToolbar({ editor, live, onFiles }: FormatToolbarProps) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  // Where there is no room for all of it formatting is one press away.
  const [shown, setShown] = useState(readKept);
  const selection = (): { start: number; end: number } => {
    const element = editor.field.current!;
    return { start: element.selectionStart, end: element.selectionEnd };
  };
  const insert = (text: string): void => {
    const { start, end } = selection();
    editor.edit({ start, end, insert: text, select: { start: start + text.length, end: start + text.length } });
  };
  const mention = (): void => {
    const { start } = selection();
    insert(start > 0 && !/\s/.test(editor.value.text[start - 1]!) ? ' @' : '@');
  };
  return (
    <>
      {onFiles && (
        <>
          <ToolButton label={t('composer.files.add')} onPress={() => input.current!.click()}>
            <Paperclip aria-hidden />
          </ToolButton>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              onFiles([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
        </>
      )}
      <EmojiPopover live={live} onPick={insert}>
        {(open) => (
          <ToolButton label={t('composer.emoji.insert')} onPress={open}>
            <Smile aria-hidden />
          </ToolButton>
        )}
      </EmojiPopover>
      <ToolButton label={t('composer.mention')} className={styles.wide} onPress={mention}>
        <AtSign aria-hidden />
      </ToolButton>
      <ToolButton
        label={t('composer.formatting')}
        className={styles.narrow}
        selected={shown}
        onPress={() => {
          setShown(!shown);
          try {
            localStorage.setItem(KEPT, shown ? 'hidden' : 'shown');
          } catch {
            // It is remembered as long as the window.
          }
        }}
      >
        <CaseSensitive aria-hidden />
      </ToolButton>
      <span className={classNames(styles.formats, shown && styles.shown)} role="group" aria-label={t('composer.formatting')}>
        {TOOLS.map(({ format, label, keys, icon }) => (
          <ToolButton key={format} label={t(label)} keys={keys} onPress={() => editor.edit(formatText(editor.value.text, selection(), format))}>
            {icon}
          </ToolButton>
        ))}
      </span>
    </>
  );
}
