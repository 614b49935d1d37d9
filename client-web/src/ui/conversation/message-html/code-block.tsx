/** Code: its language, a button that copies it, and colours as soon as they are there. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import styles from './code-block.module.css';
import type { HighlightedCode } from './highlight-code.ts';
import { useMessageParts } from './message-parts.ts';

/** ms for which the button says that it was done */
const COPIED_FOR = 2_000;

export interface CodeBlockProps {
  readonly code: string;
  /** What is copied, where `code` is only its start. */
  readonly whole?: string | undefined;
  readonly language: string | undefined;
}

export function CodeBlock({ code, whole = code, language }: CodeBlockProps) {
  const { highlight, labels } = useMessageParts();
  const [coloured, setColoured] = useState<{ readonly code: string; readonly parts: HighlightedCode } | undefined>();
  useEffect(() => {
    if (!language || !highlight) return undefined;
    let gone = false;
    void highlight(code, language).then((parts) => {
      if (!gone && parts) setColoured({ code, parts });
    });
    return () => {
      gone = true;
    };
  }, [code, language, highlight]);
  const parts = coloured?.code === code ? coloured.parts : undefined;
  return (
    <figure className={styles.block}>
      <figcaption className={styles.bar}>
        <span className={styles.language}>{language}</span>
        <CopyButton text={whole} />
      </figcaption>
      {/* It scrolls, so it can be scrolled by keyboard. */}
      <pre className={styles.code} tabIndex={0} aria-label={language ?? labels.copyCode}>
        <code>
          {parts
            ? parts.map(({ text, scope }, index) => (
                <span key={index} className={scope && styles[scope]}>
                  {text}
                </span>
              ))
            : code}
        </code>
      </pre>
    </figure>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const { copy, labels } = useMessageParts();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = copied ? labels.copied : labels.copyCode;
  return (
    <button type="button" className={styles.copy} aria-label={label} title={label} onClick={() => void copy(text).then(() => setCopied(true))}>
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
    </button>
  );
}
