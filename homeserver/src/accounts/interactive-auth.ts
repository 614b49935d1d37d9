/** User-interactive authentication (Client-Server API, "User-Interactive Authentication API"). */
import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { MatrixError, badJson } from '@nexuscomm/spec/errors.ts';

export type AuthFlow = readonly string[];
/** Checks one stage; throws MatrixError if it fails. */
export type StageCheck = (auth: Readonly<Record<string, unknown>>) => Promise<void>;

interface AuthSession {
  /** what is being confirmed: a session is good for that alone */
  readonly operation: string;
  readonly completed: Set<string>;
  /** the first request's parameters, for clients that send only `auth` afterwards */
  readonly params: Readonly<Record<string, unknown>>;
}

const MAX_SESSIONS = 10_000;
const SESSION_BYTES = 18;

export class InteractiveAuth {
  readonly #sessions: LRUCache<string, AuthSession>;

  constructor(lifetimeMs: number) {
    this.#sessions = new LRUCache({ max: MAX_SESSIONS, ttl: lifetimeMs });
  }

  /**
   * Returns the parameters once a flow is complete; until then throws the 401 that tells what is missing.
   * `operation` names what is confirmed and for whom.
   */
  async require<T extends object>(options: {
    operation: string;
    body: T & { readonly auth?: Readonly<Record<string, unknown>> | undefined };
    flows: readonly AuthFlow[];
    check: Readonly<Record<string, StageCheck>>;
    params?: Readonly<Record<string, unknown>>;
  }): Promise<T> {
    const { operation, body, flows, check, params = {} } = options;
    const { auth, ...own } = body;
    if (!auth) throw this.#challenge(this.#begin(operation, own), flows, params);
    const { session: id, type } = auth;
    let sessionId = typeof id === 'string' ? id : undefined;
    let session = sessionId === undefined ? undefined : this.#sessions.get(sessionId);
    if (session && session.operation !== operation) throw new MatrixError('M_UNKNOWN', 400, 'This confirmation was begun for something else.');
    if (!session) {
      if (sessionId !== undefined) throw new MatrixError('M_UNKNOWN', 400, 'This confirmation is not known, or took too long. Begin again.');
      sessionId = this.#begin(operation, own);
      session = this.#sessions.get(sessionId)!;
    }
    if (type !== undefined) {
      if (typeof type !== 'string') throw badJson('auth.type must be text.');
      const stage = Object.hasOwn(check, type) ? check[type] : undefined;
      if (!stage || !flows.some((flow) => flow.includes(type)))
        throw new MatrixError('M_UNRECOGNIZED', 400, 'This way of confirming is not offered here.');
      try {
        await stage(auth);
      } catch (error) {
        if (!(error instanceof MatrixError) || error.status === 429) throw error;
        throw this.#challenge(sessionId!, flows, params, error);
      }
      session.completed.add(type);
    }
    if (!flows.some((flow) => flow.every((stage) => session.completed.has(stage)))) throw this.#challenge(sessionId!, flows, params);
    this.#sessions.delete(sessionId!);
    return { ...session.params, ...own } as unknown as T;
  }

  #begin(operation: string, params: Readonly<Record<string, unknown>>): string {
    const id = randomBytes(SESSION_BYTES).toString('base64url');
    this.#sessions.set(id, { operation, completed: new Set(), params });
    return id;
  }

  #challenge(id: string, flows: readonly AuthFlow[], params: Readonly<Record<string, unknown>>, failure?: MatrixError): MatrixError {
    const completed = [...(this.#sessions.get(id)?.completed ?? [])];
    return new UiaChallenge({
      session: id,
      flows: flows.map((stages) => ({ stages })),
      params,
      completed,
      ...(failure ? failure.toJSON() : {}),
    });
  }
}

/** A 401 whose body has no `errcode` unless a stage has failed. */
class UiaChallenge extends MatrixError {
  readonly #body: Record<string, unknown>;
  constructor(body: Record<string, unknown>) {
    super('M_UNAUTHORIZED', 401, 'More is needed to confirm this.');
    this.#body = body;
  }
  override toJSON(): Record<string, unknown> {
    return this.#body;
  }
}
