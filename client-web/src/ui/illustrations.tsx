/** Small pictures for places that are empty. All are drawn from the logo: nodes, joined; `currentColor` and the accent. */
import styles from './illustrations.module.css';

/** Inbox zero: a calm horizon, everything has set. */
export function Calm() {
  return (
    <svg width="160" height="112" viewBox="0 0 160 112" fill="none">
      <circle className={styles.soft} cx="80" cy="66" r="42" />
      <circle className={styles.accent} cx="80" cy="66" r="24" />
      <path className={styles.ground} d="M8 72h144v40H8z" />
      <path className={styles.line} d="M14 72h132M34 84h92M52 96h56M68 108h24" />
      <path className={styles.line} d="M22 40c5-6 9-6 12 0 3-6 7-6 12 0M112 26c4-5 7-5 10 0 3-5 6-5 10 0" />
    </svg>
  );
}

/** No conversation yet: two bubbles that meet. */
export function Bubbles() {
  return (
    <svg width="144" height="112" viewBox="0 0 144 112" fill="none">
      <path className={styles.soft} d="M18 14h60a14 14 0 0 1 14 14v26a14 14 0 0 1-14 14H44L26 82V68h-8A14 14 0 0 1 4 54V28a14 14 0 0 1 14-14z" />
      <path
        className={styles.linePaper}
        d="M66 40h60a14 14 0 0 1 14 14v26a14 14 0 0 1-14 14h-6v14l-18-14H66a14 14 0 0 1-14-14V54a14 14 0 0 1 14-14z"
      />
      <circle className={styles.accent} cx="78" cy="67" r="5" />
      <circle className={styles.accent} cx="96" cy="67" r="5" opacity="0.6" />
      <circle className={styles.accent} cx="114" cy="67" r="5" opacity="0.3" />
    </svg>
  );
}

/** Nothing found. */
export function Lens() {
  return (
    <svg width="128" height="112" viewBox="0 0 128 112" fill="none">
      <circle className={styles.soft} cx="56" cy="50" r="40" />
      <circle className={styles.linePaper} cx="56" cy="50" r="30" />
      <path className={styles.thick} d="m79 73 26 26" />
      <path className={styles.line} d="M44 44h24M44 56h14" />
      <circle className={styles.accent} cx="104" cy="24" r="5" />
      <circle className={styles.accent} cx="116" cy="44" r="3" opacity="0.5" />
    </svg>
  );
}

/** Two servers, joined. */
export function Joined() {
  return (
    <svg width="160" height="112" viewBox="0 0 160 112" fill="none">
      <circle className={styles.soft} cx="80" cy="58" r="46" />
      <path className={styles.line} d="M80 26v34M80 60 36 88M80 60l44 28" />
      <circle className={styles.linePaper} cx="80" cy="22" r="14" />
      <circle className={styles.linePaper} cx="32" cy="90" r="14" />
      <circle className={styles.linePaper} cx="128" cy="90" r="14" />
      <circle className={styles.accent} cx="80" cy="60" r="8" />
    </svg>
  );
}

/** Something came apart. */
export function BrokenLink() {
  return (
    <svg width="160" height="96" viewBox="0 0 160 96" fill="none">
      <circle className={styles.soft} cx="80" cy="48" r="40" />
      <path className={styles.line} d="M46 48h20M94 48h20" />
      <path className={styles.accentLine} d="m74 38 4 8M86 58l-4-8M84 36l-2 6M76 60l2-6" />
      <circle className={styles.linePaper} cx="32" cy="48" r="14" />
      <circle className={styles.linePaper} cx="128" cy="48" r="14" />
    </svg>
  );
}

/** Locked, but well. */
export function Shield() {
  return (
    <svg width="128" height="112" viewBox="0 0 128 112" fill="none">
      <circle className={styles.soft} cx="64" cy="56" r="46" />
      <path className={styles.linePaper} d="M64 16c10 8 20 11 32 12v26c0 20-12 34-32 44-20-10-32-24-32-44V28c12-1 22-4 32-12z" />
      <path className={styles.accentLine} d="m50 56 10 10 19-20" />
    </svg>
  );
}
