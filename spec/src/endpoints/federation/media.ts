/** Media of other servers' users (Server-Server API, "Content Repository"). Answers are multipart/mixed, so no JSON is declared. */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { FEDERATION_V1, OptionalFlag, OptionalInt, OptionalText, Text } from './shapes.ts';

const media = Type.Object({ mediaId: Text });

export const downloadMedia = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/media/download/{mediaId}`,
  auth: 'server',
  rateLimit: 'federation',
  params: media,
  query: Type.Object({ timeout_ms: OptionalInt }),
});
export const thumbnailMedia = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/media/thumbnail/{mediaId}`,
  auth: 'server',
  rateLimit: 'federation',
  params: media,
  query: Type.Object({
    width: Type.Integer(),
    height: Type.Integer(),
    method: OptionalText,
    animated: OptionalFlag,
    timeout_ms: OptionalInt,
  }),
});
