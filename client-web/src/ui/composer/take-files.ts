/** Files that were picked, dropped or pasted go into the tray; those that the server would refuse do not. */
import type { DraftKey } from '../../domain/composer/drafts.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { formatBytes, formatList } from '../../i18n/format.ts';
import { t } from '../../i18n/i18n.ts';
import { attachments } from './attachments.ts';

const MOST_FILES = 30;

/** Gives a sentence about what was not taken. */
export async function takeFiles(live: LiveSession | undefined, key: DraftKey, files: readonly File[]): Promise<string | undefined> {
  const limit = await live?.writing.uploadLimit();
  const room = MOST_FILES - attachments.list(key).length;
  const empty = files.filter((file) => file.size === 0);
  const large = files.filter((file) => limit !== undefined && file.size > limit);
  const fitting = files.filter((file) => !empty.includes(file) && !large.includes(file));
  attachments.add(key, fitting.slice(0, room));
  if (large.length > 0) {
    return t('composer.files.tooLarge', {
      names: formatList(large.map((file) => file.name)),
      size: formatBytes(large[0]!.size),
      limit: formatBytes(limit!),
    });
  }
  if (empty.length > 0) return t('composer.files.empty', { names: formatList(empty.map((file) => file.name)) });
  return fitting.length > room ? t('composer.files.tooMany', { count: MOST_FILES }) : undefined;
}
