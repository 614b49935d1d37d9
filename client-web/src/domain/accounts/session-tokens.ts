/**
 * The tokens of a running session. Servers that give a refresh token end the access token after minutes; then this gets new
 * ones (spec: "Refreshing access tokens") and repeats the request, and whoever asked notices nothing. matrix-js-sdk does so
 * for OAuth 2.0 only.
 */
import { matrixRequest, RequestFailed } from '../http/matrix-request.ts';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

export class SessionTokens {
  readonly #baseUrl: string;
  readonly #keep: (tokens: TokenPair) => Promise<void>;
  #now: TokenPair;
  #refreshing: Promise<boolean> | undefined;
  /** Told after each change. */
  onChange: (accessToken: string) => void = () => {};

  /** `keep`: stores them; they are used only after that, since the old refresh token ends with the first use of the new ones. */
  constructor(baseUrl: string, tokens: TokenPair, keep: (tokens: TokenPair) => Promise<void>) {
    this.#baseUrl = baseUrl;
    this.#now = tokens;
    this.#keep = keep;
  }

  get accessToken(): string {
    return this.#now.accessToken;
  }

  /** Sends requests that carry a token with the newest one, and once more if it had ended meanwhile. */
  fetch(ask: typeof fetch): typeof fetch {
    return async (resource, init) => {
      if (!new Headers(init?.headers).has('authorization')) return ask(resource, init);
      const send = async (): Promise<Response> => {
        const headers = new Headers(init?.headers);
        headers.set('authorization', `Bearer ${this.accessToken}`);
        return ask(resource, { ...init, headers });
      };
      const used = this.accessToken;
      const response = await send();
      if (response.status !== 401 || !(await isUnknownToken(response))) return response;
      return used !== this.accessToken || (await this.#refresh()) ? send() : response;
    };
  }

  /** false: the session has ended. Throws if the server can't be asked. */
  async #refresh(): Promise<boolean> {
    this.#refreshing ??= this.#askForNew().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #askForNew(): Promise<boolean> {
    const { refreshToken } = this.#now;
    if (refreshToken === undefined) return false;
    let answer: Record<string, unknown>;
    try {
      answer = await matrixRequest(this.#baseUrl, '/_matrix/client/v3/refresh', { method: 'POST', body: { refresh_token: refreshToken } });
    } catch (error) {
      if (error instanceof RequestFailed && (error.status === 401 || error.status === 403)) return false;
      // As any other request that did not get through: it is tried again.
      throw new TypeError('the tokens can not be renewed now', { cause: error });
    }
    if (typeof answer['access_token'] !== 'string') return false;
    const next: TokenPair = {
      accessToken: answer['access_token'],
      refreshToken: typeof answer['refresh_token'] === 'string' ? answer['refresh_token'] : refreshToken,
    };
    await this.#keep(next);
    this.#now = next;
    this.onChange(next.accessToken);
    return true;
  }
}

async function isUnknownToken(response: Response): Promise<boolean> {
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { errcode?: unknown } | undefined;
  return body?.errcode === 'M_UNKNOWN_TOKEN';
}
