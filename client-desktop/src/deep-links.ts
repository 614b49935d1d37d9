/** Links that the system hands to the app: as arguments of a start (Windows, Linux) or in an event (macOS). */
import { parseMatrixLink } from '@nexuscomm/client-web/src/domain/messages/permalinks.ts';

/** The link as the page takes it; undefined for anything that does not lead to a user, room or event. */
export function readLink(text: string): string | undefined {
  const link = text.trim();
  return parseMatrixLink(link) === undefined ? undefined : link;
}

/** The last one counts: what stands before it are the program and switches. */
export const linkInArguments = (argv: readonly string[]): string | undefined => argv.map(readLink).findLast((link) => link !== undefined);
