/** Whether a message fits into an event (Client-Server API, "Size limits": 65,536 bytes with everything around it). */

const MOST_EVENT_BYTES = 65_536;
/** Hashes, signatures, ids of other events: what servers add. */
const AROUND_BYTES = 2_000;
/** Of an encrypted event: keys, the session's id, the type and room within. */
const AROUND_ENCRYPTED_BYTES = 800;

/** Bytes that a content may have. Encrypted it is a third larger. */
export const mostContentBytes = (encrypted: boolean): number =>
  encrypted ? Math.floor(((MOST_EVENT_BYTES - AROUND_BYTES - AROUND_ENCRYPTED_BYTES) * 3) / 4) : MOST_EVENT_BYTES - AROUND_BYTES;

export const contentBytes = (content: Readonly<Record<string, unknown>>): number => new TextEncoder().encode(JSON.stringify(content)).length;

export const fitsIntoEvent = (content: Readonly<Record<string, unknown>>, encrypted: boolean): boolean =>
  contentBytes(content) <= mostContentBytes(encrypted);
