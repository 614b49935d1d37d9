/**
 * Another server as a test wants it: a TLS server with a key of its own, which signs requests and events, and answers what
 * the test scripts. It keeps nothing and checks nothing.
 */
import { json, startTlsServer, type SeenRequest, type TestAuthority, type TlsServer } from '@nexuscomm/federation/testing/tls-server.ts';
import { keyText, testKey } from '@nexuscomm/federation/testing/fakes.ts';
import { createRequestSigner } from '@nexuscomm/federation/client/sign-request.ts';
import { signJson } from '@nexuscomm/spec/signatures.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { ServerResponse } from 'node:http';
import { SeedClient, type Answer, type Method } from './seed-client.ts';

export interface ScriptedRequest extends SeenRequest {
  /** what the pattern's groups matched in the path, decoded */
  readonly groups: readonly string[];
  readonly json: any;
}

/** What it returns is the answer, as JSON with 200; undefined: it has answered by itself, or never will. */
export type Script = (request: ScriptedRequest, response: ServerResponse) => unknown;

/** How a request is signed if not as it should be. */
export interface SigningTricks {
  readonly key?: SigningKey;
  readonly destination?: string;
  readonly origin?: string;
}

const HOUR_MS = 3_600_000;
let keys = 40;

export class FakeRemoteServer implements AsyncDisposable {
  readonly key: SigningKey;
  /** ms since the epoch; in the past: its keys have expired */
  keysValidUntil = Date.now() + 24 * HOUR_MS;
  /** it does not tell its keys */
  hidesKeys = false;
  readonly #scripts: { pattern: RegExp; script: Script }[] = [];
  #server: TlsServer | undefined;

  private constructor(key: SigningKey) {
    this.key = key;
  }

  static async start(authority: TestAuthority): Promise<FakeRemoteServer> {
    const fake = new FakeRemoteServer(testKey(++keys));
    fake.#server = await startTlsServer(authority, ['127.0.0.1'], (request, response) => fake.#answer(request, response));
    return fake;
  }

  get name(): ServerName {
    return `127.0.0.1:${this.#server!.port}` as ServerName;
  }

  get seen(): readonly SeenRequest[] {
    return this.#server!.seen;
  }

  user(name: string): string {
    return `@${name}:${this.name}`;
  }

  /** Requests whose path has this. */
  asked(part: string): SeenRequest[] {
    return this.seen.filter((request) => request.url.includes(part));
  }

  /** Answers requests whose path matches; the newest script goes first. */
  on(pattern: RegExp, script: Script): void {
    this.#scripts.unshift({ pattern, script });
  }

  forgetScripts(): void {
    this.#scripts.length = 0;
  }

  /** A request to a server as this one, signed. */
  request(
    to: { readonly url: string; readonly name: string },
    method: Method,
    path: string,
    body?: object,
    tricks: SigningTricks = {},
  ): Promise<Answer> {
    const { key = this.key, destination = to.name, origin = this.name } = tricks;
    const sign = createRequestSigner(origin as ServerName, key);
    const signed = sign({ server: destination as ServerName, method, target: path, content: body, signed: true });
    return new SeedClient(to.url).request(method, path, signed.body, { ...signed.headers });
  }

  keyDocument(): JsonObject {
    const document = {
      server_name: this.name,
      verify_keys: { [this.key.keyId]: { key: keyText(this.key) } },
      old_verify_keys: {},
      valid_until_ts: this.keysValidUntil,
    };
    return signJson(document, this.name, this.key);
  }

  async #answer(request: SeenRequest, response: ServerResponse): Promise<void> {
    const path = request.url.split('?')[0]!;
    for (const { pattern, script } of this.#scripts) {
      const match = pattern.exec(path);
      if (!match) continue;
      const groups = match.slice(1).map(decodeURIComponent);
      const answer = await script({ ...request, groups, json: request.body === '' ? undefined : JSON.parse(request.body) }, response);
      if (answer !== undefined) json(response, answer);
      return;
    }
    if (path.startsWith('/_matrix/key/v2/server') && !this.hidesKeys) return json(response, this.keyDocument());
    if (path.startsWith('/_matrix/federation/v1/send/')) return json(response, { pdus: {} });
    return json(response, { errcode: 'M_NOT_FOUND', error: 'The test answers nothing here.' }, 404);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server![Symbol.asyncDispose]();
  }
}

/** Ends a request as Matrix servers do. */
export function refuse(response: ServerResponse, status: number, errcode: string): undefined {
  json(response, { errcode, error: 'Says the test.' }, status);
  return undefined;
}
