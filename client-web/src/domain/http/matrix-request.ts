/** Requests to a homeserver before there is a session, and to endpoints that matrix-js-sdk does not know. */

export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  /** Matrix error code, or a reason of ours: NETWORK, TIMEOUT, NOT_MATRIX. */
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly body: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; body?: Record<string, unknown>; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.body = options.body ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const REQUEST_TIMEOUT_MS = 30_000;

export interface MatrixRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly accessToken?: string | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** instead of the browser's */
  readonly ask?: typeof fetch | undefined;
}

export async function matrixRequest(baseUrl: string, path: string, request: MatrixRequest = {}): Promise<Record<string, unknown>> {
  const url = new URL(path, `${baseUrl.replace(/\/+$/, '')}/`);
  for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  const timeout = AbortSignal.timeout(request.timeoutMs ?? REQUEST_TIMEOUT_MS);
  let response: Response;
  try {
    response = await (request.ask ?? fetch)(url, {
      method: request.method ?? 'GET',
      headers: {
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.accessToken === undefined ? {} : { authorization: `Bearer ${request.accessToken}` }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    if (timeout.aborted) throw new RequestFailed('TIMEOUT', 'the server did not answer in time', { cause });
    throw new RequestFailed('NETWORK', 'the server can not be reached', { cause });
  }
  const body = (await response.json().catch(() => undefined)) as unknown;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestFailed('NOT_MATRIX', 'the answer is not one of a Matrix server', { status: response.status });
  }
  const fields = body as Record<string, unknown>;
  if (!response.ok) {
    const retryAfter = Number(response.headers.get('retry-after')) * 1000 || Number(fields['retry_after_ms']) || undefined;
    throw new RequestFailed(
      typeof fields['errcode'] === 'string' ? fields['errcode'] : 'M_UNKNOWN',
      typeof fields['error'] === 'string' ? fields['error'] : response.statusText,
      {
        status: response.status,
        body: fields,
        ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
      },
    );
  }
  return fields;
}
