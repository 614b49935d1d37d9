/** The address of a file for `<img src>`; undefined while it is fetched or if it can't be had. */
import { useEffect, useState } from 'react';
import type { MediaSource } from '../domain/media/media.ts';
import { useApp } from './app-context.ts';

export function useMediaUrl(
  accountKey: string | undefined,
  source: MediaSource | undefined,
): { url: string | undefined; failed: boolean; retry: () => void } {
  const app = useApp();
  const key = source && `${source.file?.url ?? source.mxc} ${source.width ?? ''} ${source.height ?? ''} ${source.method ?? ''}`;
  const now = accountKey !== undefined && source ? app.media.urlNow(accountKey, source) : undefined;
  const [loaded, setLoaded] = useState<{ key: string; url?: string; failed: boolean } | undefined>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (now !== undefined || accountKey === undefined || !source || !key || (source.mxc === undefined && source.file === undefined)) return;
    let current = true;
    app.media.load(accountKey, source).then(
      (url) => current && setLoaded({ key, url, failed: false }),
      () => current && setLoaded({ key, failed: true }),
    );
    return () => {
      current = false;
    };
    // `key` stands for `source`.
  }, [accountKey, key, now, tries]);
  const mine = loaded?.key === key ? loaded : undefined;
  return { url: now ?? mine?.url, failed: mine?.failed === true, retry: () => setTries((count) => count + 1) };
}
