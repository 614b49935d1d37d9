/**
 * Identity servers that users name (Identity Service API v2): which user an e-mail address or phone number belongs to, and
 * invites kept for whoever will own it. Nothing of what they say is trusted but the keys that invites are checked with.
 */
import { createHash } from 'node:crypto';
import { MatrixError, badJson, forbidden, invalidParam } from '@nexuscomm/spec/errors.ts';
import { isServerName, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { OutboundError, type OutboundClient } from './outbound-client.ts';

/** Somebody's address outside of Matrix, as their identity server knows it. */
export interface ThirdPartyId {
  /** `email` or `msisdn` */
  readonly medium: string;
  readonly address: string;
}

/** The server that a user named, and their token there. */
export interface IdentityAccess {
  readonly server: string;
  readonly token: string;
}

/** What goes into `m.room.third_party_invite`. */
export interface StoredInvite {
  readonly token: string;
  readonly displayName: string;
  readonly publicKeys: readonly { readonly public_key: string; readonly key_validity_url?: string }[];
}

export interface IdentityServersOptions {
  readonly client: OutboundClient;
  /** that may be named; empty: any */
  readonly allowed: readonly string[];
}

const MAX_ANSWER_BYTES = 65_536;
const MEDIA: ReadonlySet<string> = new Set(['email', 'msisdn']);
const MAX_ADDRESS = 255;
const MAX_KEYS = 16;
const MAX_TEXT = 1_024;

export class IdentityServers {
  readonly #options: IdentityServersOptions;

  constructor(options: IdentityServersOptions) {
    this.#options = options;
  }

  /** The server and token of a request, if that server may be asked. M_MISSING_PARAM, M_INVALID_PARAM, M_SERVER_NOT_TRUSTED. */
  access(server: unknown, token: unknown): IdentityAccess {
    if (typeof server !== 'string' || typeof token !== 'string') {
      throw new MatrixError('M_MISSING_PARAM', 400, 'Inviting by e-mail address or phone number takes "id_server" and "id_access_token".');
    }
    if (!isServerName(server)) throw invalidParam('id_server is not the name of a server.');
    const { allowed } = this.#options;
    if (allowed.length > 0 && !allowed.includes(server)) {
      throw new MatrixError('M_SERVER_NOT_TRUSTED', 403, `This server asks no identity server but ${allowed.join(', ')}.`);
    }
    return { server, token };
  }

  /** The address as identity servers compare it. M_INVALID_PARAM. */
  address(medium: unknown, address: unknown): ThirdPartyId {
    if (typeof medium !== 'string' || !MEDIA.has(medium)) throw invalidParam('medium must be email or msisdn.');
    if (typeof address !== 'string' || address === '' || address.length > MAX_ADDRESS)
      throw invalidParam('address must be an e-mail address or phone number.');
    if (medium === 'email') {
      if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw invalidParam('address is not an e-mail address.');
      return { medium, address: address.toLowerCase() };
    }
    if (!/^\+?\d+$/.test(address)) throw invalidParam('address is not a phone number: digits with the country code.');
    return { medium, address: address.replace('+', '') };
  }

  /** The user who has proved to own the address. */
  async lookup(access: IdentityAccess, { medium, address }: ThirdPartyId): Promise<UserId | undefined> {
    const details = await this.#ask(access, 'GET', '/hash_details');
    const { algorithms, lookup_pepper: pepper } = details;
    if (!Array.isArray(algorithms) || typeof pepper !== 'string') throw strange(access.server);
    const hashed = algorithms.includes('sha256');
    if (!hashed && !algorithms.includes('none')) throw strange(access.server);
    const key = hashed ? createHash('sha256').update(`${address} ${medium} ${pepper}`).digest('base64url') : `${address} ${medium}`;
    const { mappings } = await this.#ask(access, 'POST', '/lookup', { addresses: [key], algorithm: hashed ? 'sha256' : 'none', pepper });
    const found = isJsonObject(mappings) ? mappings[key] : undefined;
    return typeof found === 'string' && isUserId(found) ? found : undefined;
  }

  /** Keeps an invite until somebody proves to own the address; the identity server tells its owner of it. */
  async storeInvite(access: IdentityAccess, owner: ThirdPartyId, about: JsonObject): Promise<StoredInvite> {
    const answer = await this.#ask(access, 'POST', '/store-invite', { ...about, ...owner });
    const { token, display_name: displayName, public_keys: keys } = answer;
    if (!isText(token) || !isText(displayName) || !Array.isArray(keys)) throw strange(access.server);
    const publicKeys = keys.slice(0, MAX_KEYS).flatMap((key) => {
      if (!isJsonObject(key) || !isText(key['public_key'])) return [];
      const { public_key: publicKey, key_validity_url: url } = key;
      return [{ public_key: publicKey, ...(isText(url) ? { key_validity_url: url } : {}) }];
    });
    if (publicKeys.length === 0) throw strange(access.server);
    return { token, displayName, publicKeys };
  }

  /** Whether a key still is one of the identity server's: `url` is what the invite says of it. */
  async isValidKey(url: string, publicKey: string): Promise<boolean> {
    const address = URL.parse(url);
    if (!address) return false;
    address.searchParams.set('public_key', publicKey);
    const answer = await this.#fetch(address.host, { method: 'GET', url: address.href });
    return answer['valid'] === true;
  }

  #ask({ server, token }: IdentityAccess, method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<JsonObject> {
    return this.#fetch(server, {
      method,
      url: `https://${server}/_matrix/identity/v2${path}`,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async #fetch(server: string, request: Parameters<OutboundClient['request']>[0]): Promise<JsonObject> {
    try {
      const { status, body } = await this.#options.client.request(request);
      const text = await readText(body);
      if (status === 401 || status === 403) throw forbidden(`The identity server ${server} does not take the token, or its terms are not agreed to.`);
      if (status !== 200) throw unavailable(server);
      const answer: unknown = JSON.parse(text);
      if (!isJsonObject(answer)) throw strange(server);
      return answer;
    } catch (error) {
      if (error instanceof SyntaxError) throw strange(server);
      if (error instanceof OutboundError)
        throw error.temporary ? unavailable(server) : badJson(`${server} is not an identity server that can be asked.`);
      throw error;
    }
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new SyntaxError('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
const unavailable = (server: string): MatrixError =>
  new MatrixError('M_UNKNOWN', 502, `The identity server ${server} can not be reached. Try again later.`);
const strange = (server: string): MatrixError => new MatrixError('M_UNKNOWN', 502, `${server} did not answer as an identity server does.`);
