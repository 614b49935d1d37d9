import { classNames } from '../class-names.ts';
import styles from './kbd.module.css';

export interface KbdProps {
  /** `mod+shift+K` held together; `g i` one after the other. `mod` is ⌘ on Apple's machines and Ctrl elsewhere. */
  readonly keys: string;
  /** On a dark ground, in a tooltip. */
  readonly inverse?: boolean;
  readonly className?: string;
}

const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = APPLE
  ? { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧', enter: '↵', escape: 'Esc', backspace: '⌫', up: '↑', down: '↓', left: '←', right: '→' }
  : { mod: 'Ctrl', ctrl: 'Ctrl', alt: 'Alt', shift: '⇧', enter: '↵', escape: 'Esc', backspace: '⌫', up: '↑', down: '↓', left: '←', right: '→' };

const keyName = (key: string): string => NAMES[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key);

export function Kbd({ keys, inverse = false, className }: KbdProps) {
  return (
    <span className={classNames(styles.keys, inverse && styles.inverse, className)}>
      {keys.split(/[ +](?!$)/).map((key, index) => (
        <kbd key={index} className={styles.key}>
          {keyName(key)}
        </kbd>
      ))}
    </span>
  );
}
