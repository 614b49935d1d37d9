/** What messages are made of that is not theirs: given once by whoever shows a conversation, known to every part of a message. */
import { createContext, useContext, type ComponentType } from 'react';
import type { LinkWarning } from '../../../domain/messages/check-link.ts';
import type { TextColours } from '../../../domain/messages/contrast.ts';
import type { MatrixLink } from '../../../domain/messages/permalinks.ts';
import type { HtmlProblem, HtmlSanitiser } from '../../../domain/messages/sanitise.ts';
import type { HighlightedCode } from './highlight-code.ts';

export interface MxcImageProps {
  readonly mxc: string;
  readonly alt: string;
  readonly title: string | undefined;
  /** CSS pixels, within `MAX_IMAGE`; undefined where the message does not say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** In the line, as high as the text (or as big as emoji are, in a message of nothing else). */
  readonly emoticon: boolean;
}

export interface PillProps {
  readonly kind: MatrixLink['kind'];
  /** The user, or the room or alias. */
  readonly id: string;
  /** What the message calls it. Whoever knows the user or room shows its own name instead. */
  readonly label: string;
  readonly link: MatrixLink;
}

export interface MessageLabels {
  readonly copyCode: string;
  readonly copied: string;
  readonly table: string;
  /** Of a spoiler without a reason; `spoilerReason` of one with. */
  readonly spoiler: string;
  readonly spoilerReason: (reason: string) => string;
  /** What the button says that shows it. */
  readonly showSpoiler: string;
  /** Of a long message. */
  readonly showAll: string;
  /** in place of a message of which nothing can be seen */
  readonly blank: string;
  readonly showLess: string;
  readonly leadsTo: (host: string) => string;
  readonly warning: (warning: LinkWarning, host: string) => string;
  /** Why a message is shown without its formatting. */
  readonly problem: (problem: Exclude<HtmlProblem, 'nothing-to-show'>) => string;
}

export interface MessageParts {
  readonly MxcImage: ComponentType<MxcImageProps>;
  readonly Pill: ComponentType<PillProps>;
  readonly labels: MessageLabels;
  readonly sanitise: HtmlSanitiser;
  /** Of the theme in use: colours that people give to text are measured against them. */
  readonly colours: TextColours;
  /** undefined, or an answer of undefined, leaves code as it is. */
  readonly highlight: ((code: string, language: string) => Promise<HighlightedCode | undefined>) | undefined;
  readonly copy: (text: string) => Promise<void>;
  /** A long message is about to be shown in full: its start stays where it is. */
  readonly beforeGrowing?: (message: Element) => void;
  /** It is shown in part again: its start comes into view, if it is not there. */
  readonly afterShrinking?: (message: Element) => void;
}

const Parts = createContext<MessageParts | undefined>(undefined);
export const MessagePartsProvider = Parts.Provider;

export function useMessageParts(): MessageParts {
  const parts = useContext(Parts);
  if (!parts) throw new Error('Messages are shown within a MessagePartsProvider.');
  return parts;
}
