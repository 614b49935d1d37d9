/** Where others reach the server, as far as the settings say. */
import type { Config } from '../config/schema.ts';

export interface PublicAddress {
  /** where clients reach the server, without a slash at the end */
  readonly baseUrl: string;
  /** false: the server has no address that others know, and clients reach it wherever they found it */
  readonly announced: boolean;
  /** the host and port that other servers reach this one at; undefined: where its name says */
  readonly delegate: string | undefined;
}

export function publicAddressOf(settings: Pick<Config, 'server' | 'federation'>): PublicAddress {
  const { name, public_baseurl: publicUrl } = settings.server;
  return { baseUrl: baseUrlOf(settings), announced: publicUrl !== undefined || name !== 'localhost', delegate: delegateOf(settings) };
}

function baseUrlOf({ server }: Pick<Config, 'server'>): string {
  if (server.public_baseurl !== undefined) return server.public_baseurl.replace(/\/+$/, '');
  return server.name === 'localhost' ? `http://localhost:${server.port}` : `https://${server.name}`;
}

function delegateOf({ server, federation }: Pick<Config, 'server' | 'federation'>): string | undefined {
  if (federation.delegate !== undefined || !server.public_baseurl?.startsWith('https://')) return federation.delegate;
  const { hostname, port } = new URL(server.public_baseurl);
  return `${hostname}:${port === '' ? 443 : port}`;
}
