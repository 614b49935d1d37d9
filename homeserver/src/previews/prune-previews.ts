/** Forgets previews that are old, and their images (tables url_preview, media). */
import type { BlobStore } from '../media/blob-store.ts';
import { RemoteMediaTable } from '../media/remote-media-table.ts';
import { sql, type Queryable } from '../storage/database.ts';

const deleteOld = sql('url_preview_prune', 'delete from url_preview where fetched < $1 returning media_id');
// An image of a preview that was fetched again belongs to no preview any more.
const deleteImages = sql(
  'url_preview_images_prune',
  `delete from media m where m.user_nid = 0 and m.created < $1 and not exists (select from url_preview p where p.media_id = m.id) returning m.sha256`,
);
/** A file this young may belong to an upload that is not in the database yet (ms). */
const YOUNG_MS = 3_600_000;

/** `before`: ms since the epoch. */
export async function prunePreviews(db: Queryable, blobs: BlobStore, options: { before: number; now: number }): Promise<void> {
  await db.query(deleteOld, [options.before]);
  const gone = (await db.query<{ sha256: string | null }>(deleteImages, [options.before])).flatMap((row) => row.sha256 ?? []);
  if (gone.length === 0) return;
  for (const sha256 of await new RemoteMediaTable(db).unused([...new Set(gone)])) await blobs.deleteOlder(sha256, options.now - YOUNG_MS);
}
