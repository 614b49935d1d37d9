/** What is hidden until it is asked for: until then it is not on the page, so nothing finds, reads out or copies it. */
import { EyeOff } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useMessageParts } from './message-parts.ts';
import styles from './spoiler.module.css';

export function Spoiler({ reason, children }: { readonly reason: string | undefined; readonly children: ReactNode }) {
  const { labels } = useMessageParts();
  const [shown, setShown] = useState(false);
  const content = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (shown) content.current?.focus();
  }, [shown]);
  if (shown) {
    return (
      <span ref={content} className={styles.shown} tabIndex={-1}>
        {children}
      </span>
    );
  }
  const label = reason ? labels.spoilerReason(reason) : labels.spoiler;
  return (
    <button type="button" className={styles.hidden} aria-expanded={false} title={labels.showSpoiler} onClick={() => setShown(true)}>
      <EyeOff aria-hidden size={12} />
      <bdi>{label}</bdi>
    </button>
  );
}
