/** The text of a message: formatted where it can be, otherwise its plain body, with a note if that is not what was sent. */
import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { clampTree, type ClampedTree } from '../../../domain/messages/clamp-tree.ts';
import { isBig, readPlainBody } from '../../../domain/messages/plain-body.ts';
import { isBlankTree, type SafeTree } from '../../../domain/messages/safe-tree.ts';
import type { HtmlProblem, HtmlSanitiser } from '../../../domain/messages/sanitise.ts';
import type { MessageText } from '../../../domain/timeline/timeline-item.ts';
import { classNames } from '../../class-names.ts';
import { MessageHtml } from './message-html.tsx';
import { useMessageParts } from './message-parts.ts';
import styles from './message-body.module.css';

interface ReadMessage {
  readonly tree: SafeTree;
  readonly start: ClampedTree;
  readonly plain: boolean;
  readonly problem: HtmlProblem | undefined;
  readonly blank: boolean;
}

/** Rows come and go while somebody scrolls; a message is read once as long as it is known. */
const known = new WeakMap<MessageText, ReadMessage>();

export function readMessage(text: MessageText, sanitise: HtmlSanitiser): ReadMessage {
  const before = known.get(text);
  if (before) return before;
  const read = readAnew(text, sanitise);
  known.set(text, read);
  return read;
}

function readAnew({ body, html }: MessageText, sanitise: HtmlSanitiser): ReadMessage {
  const sanitised = html === undefined ? undefined : sanitise(html);
  const formatted = sanitised?.problem === undefined ? sanitised?.tree : undefined;
  const plain = formatted === undefined;
  const tree = formatted ?? readPlainBody(body);
  return { tree, start: clampTree(tree, plain), plain, problem: sanitised?.problem, blank: isBlankTree(tree) };
}

/** Long messages that are shown in full: they stay so while somebody scrolls past. */
const opened = new Set<string>();
/** px; for less than this nobody should have to press a button. The height itself is `--clamped` of the style. */
const WORTH_HIDING = 160;

export interface MessageBodyProps {
  readonly text: MessageText;
  readonly after?: ReactNode;
  /** Of the message, under which is remembered that it was opened. */
  readonly id?: string | undefined;
}

export function MessageBody({ text, after, id }: MessageBodyProps) {
  const { sanitise, labels, beforeGrowing, afterShrinking } = useMessageParts();
  const { tree, start, plain, problem, blank } = readMessage(text, sanitise);
  const [open, setOpen] = useState(() => id !== undefined && opened.has(id));
  const { body, tall } = useIsTall(text, start, !open);
  const long = open || start.cut || tall === true;
  const clamped = !open && (long || (start.mayBeTall && tall === undefined));
  const toggle = (): void => {
    if (!open && body.current) beforeGrowing?.(body.current);
    if (id !== undefined && open) opened.delete(id);
    else if (id !== undefined) opened.add(id);
    setOpen(!open);
  };
  useSeenAfterClosing(body, open, afterShrinking);
  if (blank) return <Blank after={after}>{labels.blank}</Blank>;
  return (
    <div className={isBig(tree) ? styles.big : styles.body}>
      <div ref={body} className={classNames(clamped && styles.clamped, clamped && long && styles.fading) || undefined}>
        <MessageHtml tree={open ? tree : start.tree} plain={plain} after={!long && after} />
      </div>
      {long && (
        <div className={styles.more}>
          <button type="button" className={styles.toggle} aria-expanded={open} onClick={toggle}>
            {open ? labels.showLess : labels.showAll}
          </button>
          {after}
        </div>
      )}
      {problem && problem !== 'nothing-to-show' && <p className={styles.note}>{labels.problem(problem)}</p>}
    </div>
  );
}

/** Somebody sent something all the same. */
function Blank({ children, after }: { readonly children: string; readonly after: ReactNode }) {
  return (
    <div className={styles.body}>
      <p className={styles.note}>
        {children}
        {after}
      </p>
    </div>
  );
}

/** Whether a message is much higher than the height it is clamped to; undefined before it is known. Only those are measured that may be. */
function useIsTall(text: MessageText, start: ClampedTree, clamped: boolean) {
  const body = useRef<HTMLDivElement>(null);
  const [measured, setMeasured] = useState<{ readonly text: MessageText; readonly tall: boolean }>();
  const known = measured?.text === text ? measured.tall : undefined;
  useLayoutEffect(() => {
    const element = body.current;
    if (!element || !clamped || known !== undefined || !start.mayBeTall) return;
    setMeasured({ text, tall: element.scrollHeight - element.clientHeight > WORTH_HIDING });
  });
  return { body, tall: known };
}

/** "Show less" is at the end of a message, whose start may be far above. */
function useSeenAfterClosing(body: RefObject<HTMLElement | null>, open: boolean, afterShrinking: ((message: Element) => void) | undefined): void {
  const was = useRef(open);
  useLayoutEffect(() => {
    const closed = was.current && !open ? body.current : null;
    was.current = open;
    if (!closed) return;
    if (afterShrinking) afterShrinking(closed);
    else closed.scrollIntoView({ block: 'nearest' });
  }, [body, open, afterShrinking]);
}
