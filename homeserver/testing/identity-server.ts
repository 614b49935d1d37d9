/** An identity server as far as invites go: it knows addresses, keeps invites, and signs for who proves to own an address. */
import { createHash } from 'node:crypto';
import { testKey } from '@nexuscomm/federation/testing/fakes.ts';
import { startTlsServer, type SeenRequest, type TestAuthority, type TlsServer } from '@nexuscomm/federation/testing/tls-server.ts';
import { encodeBase64 } from '@nexuscomm/spec/base64.ts';
import { signJson } from '@nexuscomm/spec/signatures.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';

const PEPPER = 'matrixrocks';

export class IdentityServer implements AsyncDisposable {
  /** address → user id */
  readonly owners = new Map<string, string>();
  readonly key = testKey(200, '0');
  keyIsValid = true;
  /** answers with this status */
  broken: number | undefined;
  readonly #waiting = new Map<string, JsonObject[]>();
  #server: TlsServer | undefined;
  #tokens = 0;

  static async start(authority: TestAuthority): Promise<IdentityServer> {
    const server = new IdentityServer();
    server.#server = await startTlsServer(authority, ['127.0.0.1'], (request, response) => {
      const [status, body] = server.#answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    return server;
  }

  get name(): string {
    return `127.0.0.1:${this.#server!.port}`;
  }

  asked(part: string): SeenRequest[] {
    return this.#server!.seen.filter(({ url }) => url.includes(part));
  }

  /** Proof that a user owns an address, for the invites that waited: what is sent to the user's server. */
  bind(address: string, userId: string): JsonObject & { invites: JsonObject[] } {
    this.owners.set(address, userId);
    const invites = (this.#waiting.get(address) ?? []).map((invite) => ({
      ...invite,
      mxid: userId,
      signed: this.sign(userId, invite['token'] as string),
    }));
    this.#waiting.delete(address);
    return { medium: 'email', address, mxid: userId, invites };
  }

  /** `sender`: as it is signed for who brings the proof by themselves. */
  sign(userId: string, token: string, sender?: string): JsonObject {
    return signJson({ mxid: userId, token, ...(sender === undefined ? {} : { sender }) }, 'identity.example', this.key);
  }

  #answer({ url, body, authorization }: SeenRequest): [number, JsonObject] {
    const { pathname, searchParams } = new URL(url, 'https://identity');
    if (this.broken !== undefined) return [this.broken, {}];
    if (pathname.endsWith('/pubkey/isvalid')) {
      return [200, { valid: this.keyIsValid && searchParams.get('public_key') === encodeBase64(this.key.publicKey) }];
    }
    if (authorization !== 'Bearer identity token') return [401, { errcode: 'M_UNAUTHORIZED' }];
    if (pathname.endsWith('/hash_details')) return [200, { algorithms: ['none', 'sha256'], lookup_pepper: PEPPER }];
    const asked = JSON.parse(body) as { addresses: string[]; address: string; medium: string; room_id: string; sender: string };
    if (pathname.endsWith('/lookup')) {
      const hashed = [...this.owners].map(
        ([address, user]) => [createHash('sha256').update(`${address} email ${PEPPER}`).digest('base64url'), user] as const,
      );
      return [200, { mappings: Object.fromEntries(hashed.filter(([hash]) => asked.addresses.includes(hash))) }];
    }
    const token = `token${++this.#tokens}`;
    const invite = { medium: asked.medium, address: asked.address, room_id: asked.room_id, sender: asked.sender, token };
    this.#waiting.set(asked.address, [...(this.#waiting.get(asked.address) ?? []), invite]);
    const publicKey = { public_key: encodeBase64(this.key.publicKey), key_validity_url: `https://${this.name}/_matrix/identity/v2/pubkey/isvalid` };
    return [200, { token, display_name: 'd...@e...', public_keys: [publicKey] }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server![Symbol.asyncDispose]();
  }
}
