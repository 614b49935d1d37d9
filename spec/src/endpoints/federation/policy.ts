/** Asking a policy server (Server-Server API, "Policy Servers"). Only outgoing: this server is none. */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { Json, Text } from './shapes.ts';

export const policySign = endpoint({
  method: 'POST',
  path: '/_matrix/policy/v1/sign',
  auth: 'server',
  rateLimit: 'federation',
  body: Json,
  /** server -> key id -> signature; only the policy server's own, under `ed25519:policy_server` */
  response: Type.Record(Text, Type.Record(Text, Text)),
});
