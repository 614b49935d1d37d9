/** What the parts of a message know about where they stand. */
import { createContext, use } from 'react';
import type { LiveTimeline } from '../../domain/matrix/live-timeline.ts';

export interface ConversationPlace {
  readonly accountKey: string;
  readonly roomId: string;
  readonly encrypted: boolean;
  readonly timeline: LiveTimeline;
  /** Something is about to become higher than it was: at the end of the conversation the end stays in view. */
  readonly keepEnd: () => void;
  /** An element is about to become higher because the person asked for it: its start is what stays where it is, not the end. */
  readonly leaveEnd: (growing: Element) => void;
  /** A message became smaller: its start comes into view, if it is above. */
  readonly showStart: (shrunk: Element) => void;
  /** Shows a message, loading what is around it. */
  readonly goTo: (eventId: string) => void;
  /** Whether it may grow now without moving what the person looks at. */
  readonly mayGrow: (element: Element) => boolean;
}

const Place = createContext<ConversationPlace | undefined>(undefined);
export const ConversationPlaceProvider = Place.Provider;

export const useConversationPlace = (): ConversationPlace | undefined => use(Place);
