/** Saves a file where the browser puts downloads, whatever its type. */
import type { App } from '../../../domain/app.ts';
import type { FetchOptions } from '../../../domain/media/media.ts';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';

const KEPT_MS = 60_000;

export async function saveMedia(app: App, accountKey: string, media: MediaContent, options: FetchOptions = {}): Promise<void> {
  const blob = media.localBlob ?? (await app.media.fetchBlob(accountKey, media, options));
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = media.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
