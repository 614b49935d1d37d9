/** Puts together what previewing links takes. */
import type { Config } from '../config/schema.ts';
import { OutboundClient, type OutboundClientOptions } from '../outbound/outbound-client.ts';
import { UrlPreviews, type UrlPreviewsOptions } from './url-previews.ts';

export interface PreviewsDeps extends Omit<UrlPreviewsOptions, 'client' | 'limits'> {
  readonly settings: Config['previews'];
  /** of an image */
  readonly maxPixels: number;
  readonly web: Pick<OutboundClientOptions, 'resolver' | 'trust' | 'userAgent'>;
}

/** undefined: links are not previewed. */
export function createPreviews(deps: PreviewsDeps): UrlPreviews | undefined {
  const { settings, maxPixels, web } = deps;
  if (!settings.enabled) return undefined;
  const { timeout_ms: timeoutMs, allow_private_addresses: allowPrivateAddresses } = settings;
  return new UrlPreviews({
    ...deps,
    client: new OutboundClient({ ...web, allowPrivateAddresses, allowPlain: true, timeoutMs }),
    limits: { pageBytes: settings.page_bytes, imageBytes: settings.image_bytes, timeoutMs, lifetimeMs: settings.lifetime_ms, maxPixels },
  });
}
