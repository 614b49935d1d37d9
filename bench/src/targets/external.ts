/** Any homeserver that runs already, by its address. */
import { Pool } from 'undici';
import type { Target } from './target.ts';

const CONNECTIONS = 512;

export async function externalTarget(options: { url: string; sharedSecret: string | undefined; pid: number | undefined }): Promise<Target> {
  const url = options.url.replace(/\/+$/, '');
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
  const { statusCode, body } = await pool.request({ method: 'GET', path: '/_matrix/client/versions' });
  await body.dump();
  if (statusCode !== 200) throw new Error(`${url} is not a homeserver: /_matrix/client/versions answers ${statusCode}`);
  return {
    name: new URL(url).host,
    url,
    pool,
    accounts: { sharedSecret: options.sharedSecret },
    pid: options.pid,
    databasePid: undefined,
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
