/** Media of this server's users, for other servers (endpoints of spec/endpoints/federation/media.ts). */
import * as api from '@nexuscomm/spec/endpoints/federation/media.ts';
import { handle, type Route } from '../http/handler.ts';
import type { BlobStore } from '../media/blob-store.ts';
import type { MediaRepository } from '../media/media-repository.ts';
import { multipartFile } from '../media/multipart.ts';
import { parseThumbnailRequest, type Thumbnails } from '../media/thumbnails.ts';

export interface FederationMediaDeps {
  readonly repository: MediaRepository;
  readonly thumbnails: Thumbnails;
  readonly blobs: BlobStore;
}

export function federationMediaRoutes({ repository, thumbnails, blobs }: FederationMediaDeps): Route[] {
  return [
    handle(api.downloadMedia, async ({ params, query }) => {
      const media = await repository.findOwn(params.mediaId, query.timeout_ms);
      return multipartFile(blobs, { ...media, path: blobs.path(media.sha256) });
    }),
    handle(api.thumbnailMedia, async ({ params, query }) => {
      const request = parseThumbnailRequest(query);
      const file = await thumbnails.get(await repository.findOwn(params.mediaId, query.timeout_ms), request);
      return multipartFile(blobs, { ...file, fileName: file.contentType.replace('image/', 'thumbnail.') });
    }),
  ];
}
