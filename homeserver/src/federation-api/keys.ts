/** This server's keys, and those of others as a notary (endpoints of spec/endpoints/federation/keys.ts). */
import type { OwnKeys } from '@nexuscomm/federation/keys/key-document.ts';
import type { AskNotary } from '@nexuscomm/federation/keys/notary.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import * as api from '@nexuscomm/spec/endpoints/federation/keys.ts';
import { RawJson, handle, type Route } from '../http/handler.ts';

export function serverKeyRoutes({ own, askNotary }: { readonly own: OwnKeys; readonly askNotary: AskNotary }): Route[] {
  return [
    // In the form that was signed, so that it can be checked by those who only take the signatures out.
    handle(api.serverKeys, async () => new RawJson(encodeCanonicalJson(own.document()))),
    handle(api.queryServerKeys, async ({ params, query }) => {
      const { minimum_valid_until_ts: minimum } = query;
      // A minimum without a key: any key will do.
      return { server_keys: await askNotary({ [params.serverName]: {} }, minimum) };
    }),
    handle(api.queryServersKeys, async ({ body }) => ({ server_keys: await askNotary(body.server_keys) })),
  ];
}
