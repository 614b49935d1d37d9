/** The content repository: uploads, downloads, thumbnails (Client-Server API, "Content repository"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const OptionalText = Type.Optional(Type.String());
const OptionalInt = Type.Optional(Type.Integer());
const OptionalFlag = Type.Optional(Type.Boolean());
const MEDIA = '/_matrix/media/v3';
const CLIENT = '/_matrix/client/v1/media';
const content = Type.Object({ serverName: Type.String(), mediaId: Type.String() });
const named = Type.Object({ serverName: Type.String(), mediaId: Type.String(), fileName: Type.String() });
const waiting = Type.Object({ timeout_ms: OptionalInt, allow_redirect: OptionalFlag, allow_remote: OptionalFlag });
const thumbnailQuery = Type.Object({
  width: Type.Integer(),
  height: Type.Integer(),
  method: OptionalText,
  animated: OptionalFlag,
  timeout_ms: OptionalInt,
  allow_redirect: OptionalFlag,
  allow_remote: OptionalFlag,
});

export const upload = endpoint({
  method: 'POST',
  path: `${MEDIA}/upload`,
  aliases: ['/_matrix/media/v1/upload'],
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'media',
  rawBody: true,
  query: Type.Object({ filename: OptionalText }),
});
export const reserve = endpoint({ method: 'POST', path: '/_matrix/media/v1/create', auth: 'user', whileSuspended: false, rateLimit: 'media' });
export const complete = endpoint({
  method: 'PUT',
  path: `${MEDIA}/upload/{serverName}/{mediaId}`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'media',
  rawBody: true,
  params: content,
  query: Type.Object({ filename: OptionalText }),
});

export const download = endpoint({
  method: 'GET',
  path: `${CLIENT}/download/{serverName}/{mediaId}`,
  auth: 'guest',
  rateLimit: 'media',
  params: content,
  query: waiting,
});
export const downloadNamed = endpoint({
  method: 'GET',
  path: `${CLIENT}/download/{serverName}/{mediaId}/{fileName}`,
  auth: 'guest',
  rateLimit: 'media',
  params: named,
  query: waiting,
});
export const thumbnail = endpoint({
  method: 'GET',
  path: `${CLIENT}/thumbnail/{serverName}/{mediaId}`,
  auth: 'guest',
  rateLimit: 'media',
  params: content,
  query: thumbnailQuery,
});
export const mediaConfig = endpoint({ method: 'GET', path: `${CLIENT}/config`, aliases: [`${MEDIA}/config`], auth: 'guest', rateLimit: 'general' });
export const previewUrl = endpoint({
  method: 'GET',
  path: `${CLIENT}/preview_url`,
  aliases: [`${MEDIA}/preview_url`],
  auth: 'user',
  rateLimit: 'heavy',
  query: Type.Object({ url: Type.String(), ts: OptionalInt }),
});

/** Deprecated since v1.11: without authentication. */
const legacy = (path: string): { path: string; aliases: string[] } => ({ path: `${MEDIA}/${path}`, aliases: [`/_matrix/media/v1/${path}`] });
export const legacyDownload = endpoint({
  method: 'GET',
  ...legacy('download/{serverName}/{mediaId}'),
  auth: 'none',
  rateLimit: 'media',
  params: content,
  query: waiting,
});
export const legacyDownloadNamed = endpoint({
  method: 'GET',
  ...legacy('download/{serverName}/{mediaId}/{fileName}'),
  auth: 'none',
  rateLimit: 'media',
  params: named,
  query: waiting,
});
export const legacyThumbnail = endpoint({
  method: 'GET',
  ...legacy('thumbnail/{serverName}/{mediaId}'),
  auth: 'none',
  rateLimit: 'media',
  params: content,
  query: thumbnailQuery,
});
