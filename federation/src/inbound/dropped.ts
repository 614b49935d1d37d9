import type { PduOutcome, Received } from '../ports.ts';

/** For good: nothing that may come can mend it. */
export const dropped = (reason: string): PduOutcome => ({ kind: 'dropped', reason, again: false });

/** It may be taken in later. */
export const droppedForNow = (reason: string): PduOutcome => ({ kind: 'dropped', reason, again: true });

/** Nothing is to be written for it. */
export const notStored = (outcome: PduOutcome): Received => ({ outcome, durable: Promise.resolve() });
