/** The content repository (endpoints of spec/endpoints/client/media.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/media.ts';
import { forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { handle, type Reply, type Route } from '../http/handler.ts';
import type { BlobStore } from '../media/blob-store.ts';
import type { MediaRepository, Upload } from '../media/media-repository.ts';
import { cleanContentType, serveFile } from '../media/serve-file.ts';
import { parseThumbnailRequest, type Thumbnails } from '../media/thumbnails.ts';

export interface MediaRoutesDeps {
  readonly repository: MediaRepository;
  readonly thumbnails: Thumbnails;
  readonly blobs: BlobStore;
  /** serve the endpoints without authentication, deprecated since v1.11 */
  readonly legacyDownloads: boolean;
}

const MAX_FILE_NAME_LENGTH = 255;

interface Wanted {
  readonly params: { readonly serverName: string; readonly mediaId: string; readonly fileName?: string };
  readonly query: { readonly timeout_ms?: number; readonly allow_remote?: boolean };
  readonly headers: IncomingHttpHeaders;
}

const wantedOf = (query: Wanted['query']) => ({ waitMs: query.timeout_ms, mayFetch: query.allow_remote });

export function mediaRoutes({ repository, thumbnails, blobs, legacyDownloads }: MediaRoutesDeps): Route[] {
  const download = async ({ params, query, headers }: Wanted): Promise<Reply> => {
    const media = await repository.find(params.serverName, params.mediaId, wantedOf(query));
    const file = {
      path: blobs.path(media.sha256),
      size: media.size,
      contentType: media.contentType,
      fileName: params.fileName ?? media.fileName,
      etag: media.sha256,
    };
    return serveFile(blobs, file, { headers, immutable: true });
  };
  const thumbnail = async ({ params, query, headers }: Wanted & { query: Parameters<typeof parseThumbnailRequest>[0] }): Promise<Reply> => {
    const request = parseThumbnailRequest(query);
    const media = await repository.find(params.serverName, params.mediaId, wantedOf(query));
    const file = await thumbnails.get(media, request);
    const fileName = file.contentType.replace('image/', 'thumbnail.');
    return serveFile(blobs, { ...file, fileName }, { headers, immutable: true });
  };
  const legacy = async (answer: () => Promise<Reply>): Promise<Reply> => {
    if (!legacyDownloads) throw notFound('This server serves media to logged-in clients only: use /_matrix/client/v1/media.');
    return answer();
  };
  return [
    handle(api.upload, async ({ query, headers, stream, session }) => ({
      content_uri: await repository.upload(session, uploadOf(headers, stream, query.filename)),
    })),
    handle(api.reserve, async ({ session }) => repository.reserve(session)),
    handle(api.complete, async ({ params, query, headers, stream, session }) => {
      await repository.complete(session, params.serverName, params.mediaId, uploadOf(headers, stream, query.filename));
      return {};
    }),
    handle(api.download, download),
    handle(api.downloadNamed, download),
    handle(api.thumbnail, thumbnail),
    handle(api.legacyDownload, (request) => legacy(() => download(request))),
    handle(api.legacyDownloadNamed, (request) => legacy(() => download(request))),
    handle(api.legacyThumbnail, (request) => legacy(() => thumbnail(request))),
    handle(api.mediaConfig, async () => ({ 'm.upload.size': repository.maxUploadBytes })),
    handle(api.previewUrl, async () => {
      throw forbidden('This server does not preview links.');
    }),
  ];
}

function uploadOf(headers: IncomingHttpHeaders, stream: Readable, fileName: string | undefined): Upload {
  if (fileName !== undefined && fileName.length > MAX_FILE_NAME_LENGTH)
    throw invalidParam(`A file name has at most ${MAX_FILE_NAME_LENGTH} characters.`);
  const length = headers['content-length'];
  return {
    // An upload that is refused half-way still gets its answer, so the connection must outlive the reading.
    stream: stream.iterator({ destroyOnReturn: false }),
    announcedBytes: length === undefined ? undefined : Number(length),
    contentType: cleanContentType(headers['content-type']),
    fileName: fileName?.replaceAll('\u0000', ''),
  };
}
