/** OpenID: a token for a user, and whose it is (endpoints of spec/endpoints/client/accounts.ts and federation/queries.ts). */
import { openidToken } from '@nexuscomm/spec/endpoints/client/accounts.ts';
import { openidUserinfo } from '@nexuscomm/spec/endpoints/federation/queries.ts';
import { MatrixError, forbidden } from '@nexuscomm/spec/errors.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { OpenIdTokens } from '../accounts/openid-tokens.ts';
import { handle, type Route } from '../http/handler.ts';

/** Services that ask whose token it is sign nothing, so this works without federation too. */
export function openIdRoutes({ tokens, serverName }: { readonly tokens: OpenIdTokens; readonly serverName: ServerName }): Route[] {
  return [
    handle(openidToken, async ({ params, session }) => {
      if (params.userId !== session.userId) throw forbidden('Nobody can ask for a token of somebody else.');
      const { token, lifetimeMs } = await tokens.issue(session.userNid);
      return { access_token: token, token_type: 'Bearer', matrix_server_name: serverName, expires_in: Math.floor(lifetimeMs / 1000) };
    }),
    handle(openidUserinfo, async ({ query }) => {
      if (query.access_token === undefined) throw new MatrixError('M_MISSING_TOKEN', 401, 'The query lacks "access_token".');
      return { sub: await tokens.userOf(query.access_token) };
    }),
  ];
}
