/** Puts together what files take: uploads, those of other servers, thumbnails, previews of links. */
import { join } from 'node:path';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { mediaRoutes } from '../client-api/media.ts';
import type { Config } from '../config/schema.ts';
import { federationMediaRoutes } from '../federation-api/media.ts';
import type { Route } from '../http/handler.ts';
import { createPreviews, type PreviewsDeps } from '../previews/create-previews.ts';
import { prunePreviews } from '../previews/prune-previews.ts';
import type { Database } from '../storage/database.ts';
import { BlobStore } from './blob-store.ts';
import { MediaRepository } from './media-repository.ts';
import { RemoteMedia } from './remote-media.ts';
import { Thumbnails } from './thumbnails.ts';

export interface MediaDeps {
  readonly db: Database;
  readonly client: FederationClient;
  readonly serverName: ServerName;
  readonly settings: Pick<Config, 'media' | 'previews' | 'federation'>;
  readonly dataDir: string;
  readonly web: PreviewsDeps['web'];
  readonly now: () => number;
  readonly log: PreviewsDeps['log'];
}

export interface Media extends AsyncDisposable {
  readonly routes: readonly Route[];
  /** what other servers ask for */
  readonly federationRoutes: readonly Route[];
  /** Drops files of other servers and previews that nobody has asked for lately. Call now and then. */
  prune(): Promise<void>;
}

export async function createMedia({ db, client, serverName, settings, dataDir, web, now, log }: MediaDeps): Promise<Media> {
  const { media, federation } = settings;
  const blobs = await BlobStore.open(media.store ?? join(dataDir, 'media'));
  const remote = new RemoteMedia({
    db,
    blobs,
    client,
    now,
    maxBytes: federation.media_bytes,
    waitMs: media.download_timeout_ms,
    lifetimeMs: media.remote_cache_lifetime_ms,
  });
  const repository = new MediaRepository({
    db,
    blobs,
    remote: federation.enabled ? remote : undefined,
    serverName,
    now,
    maxUploadBytes: media.max_upload_bytes,
    pendingLifetimeMs: media.pending_upload_lifetime_ms,
    maxPending: media.max_pending_uploads,
    downloadTimeoutMs: media.download_timeout_ms,
  });
  const thumbnails = new Thumbnails({ blobs, maxPixels: media.max_image_pixels });
  const previews = createPreviews({ db, repository, now, web, log, settings: settings.previews, maxPixels: media.max_image_pixels });
  return {
    routes: mediaRoutes({ repository, thumbnails, blobs, legacyDownloads: media.legacy_downloads, previews }),
    federationRoutes: federationMediaRoutes({ repository, thumbnails, blobs }),
    prune: async () => {
      await remote.prune();
      await prunePreviews(db, blobs, { before: now() - settings.previews.kept_ms, now: now() });
    },
    [Symbol.asyncDispose]: async () => {
      await previews?.[Symbol.asyncDispose]();
    },
  };
}
