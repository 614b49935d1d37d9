/** Fetches media of another server's users (Server-Server API, "Content Repository"). */
import { downloadMedia, thumbnailMedia } from '@nexuscomm/spec/endpoints/federation/media.ts';
import type { ServerName } from '../ports.ts';
import type { CallOptions } from './call-endpoint.ts';
import type { FederationClientDeps } from './federation-client.ts';

export interface MediaRequest {
  readonly mediaId: string;
  /** how long the server may wait for content that is still being uploaded, ms */
  readonly waitMs?: number;
}
export interface ThumbnailRequest extends MediaRequest {
  readonly width: number;
  readonly height: number;
  readonly method?: 'crop' | 'scale';
  readonly animated?: boolean;
}

export interface RemoteMedia {
  readonly contentType: string | undefined;
  readonly contentDisposition: string | undefined;
  /** Ends with Unreachable if it breaks off or is too large. Returning from it early lets the connection go. */
  readonly body: AsyncIterable<Uint8Array>;
}

export async function fetchMedia(
  _deps: FederationClientDeps,
  _server: ServerName,
  request: MediaRequest | ThumbnailRequest,
  _options?: CallOptions,
): Promise<RemoteMedia> {
  throw new Error(`unwritten: ${('width' in request ? thumbnailMedia : downloadMedia).path}`);
}
