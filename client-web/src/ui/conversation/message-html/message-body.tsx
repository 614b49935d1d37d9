/** The text of a message: formatted where it can be, otherwise its plain body, with a note if that is not what was sent. */
import type { ReactNode } from 'react';
import { isBig, readPlainBody } from '../../../domain/messages/plain-body.ts';
import type { SafeTree } from '../../../domain/messages/safe-tree.ts';
import type { HtmlProblem, HtmlSanitiser } from '../../../domain/messages/sanitise.ts';
import type { MessageText } from '../../../domain/timeline/timeline-item.ts';
import { MessageHtml } from './message-html.tsx';
import { useMessageParts } from './message-parts.ts';
import styles from './message-body.module.css';

interface ReadMessage {
  readonly tree: SafeTree;
  readonly plain: boolean;
  readonly problem: HtmlProblem | undefined;
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
  if (html === undefined) return { tree: readPlainBody(body), plain: true, problem: undefined };
  const sanitised = sanitise(html);
  if (sanitised.problem) return { tree: readPlainBody(body), plain: true, problem: sanitised.problem };
  return { tree: sanitised.tree, plain: false, problem: undefined };
}

export function MessageBody({ text, after }: { readonly text: MessageText; readonly after?: ReactNode }) {
  const { sanitise, labels } = useMessageParts();
  const { tree, plain, problem } = readMessage(text, sanitise);
  return (
    <div className={isBig(tree) ? styles.big : styles.body}>
      <MessageHtml tree={tree} plain={plain} after={after} />
      {problem && problem !== 'nothing-to-show' && <p className={styles.note}>{labels.problem(problem)}</p>}
    </div>
  );
}
