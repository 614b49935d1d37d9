import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { makeMatrixToLink } from '../../domain/messages/permalinks.ts';
import type { Translate } from '../../i18n/i18n.ts';
import { showToast } from '../primitives/toast-store.ts';

/** By its address where it has one, which reads better; else by its id with servers to go through. */
export async function copyRoomLink(live: LiveSession, roomId: string, t: Translate): Promise<void> {
  const alias = live.roomSettings.details(roomId)?.canonicalAlias;
  const link = alias === undefined ? live.messages.linkTo(roomId) : makeMatrixToLink({ kind: 'room', room: alias, via: [], action: undefined });
  await navigator.clipboard.writeText(link);
  showToast({ text: t('rooms.linkCopied'), kind: 'success' });
}
