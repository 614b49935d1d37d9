/** Signing in with a password, and signing up: registration stages that a person can pass in the app (spec: "User-Interactive Authentication"). */
import { matrixRequest, RequestFailed } from '../http/matrix-request.ts';
import type { Credentials } from './account.ts';

export interface SignIn {
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  readonly deviceName: string;
}

export async function signIn({ baseUrl, user, password, deviceName }: SignIn): Promise<Credentials> {
  const answer = await matrixRequest(baseUrl, '/_matrix/client/v3/login', {
    method: 'POST',
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user },
      password,
      initial_device_display_name: deviceName,
      refresh_token: true,
    },
  });
  return credentials(answer, baseUrl);
}

export type Stage = 'm.login.dummy' | 'm.login.registration_token' | 'm.login.terms';
const KNOWN: readonly string[] = ['m.login.dummy', 'm.login.registration_token', 'm.login.terms'];

export interface RegistrationOptions {
  readonly open: boolean;
  readonly needsToken: boolean;
  readonly terms: readonly { readonly name: string; readonly url: string }[];
  /** Stages that only the server's own pages can do (captcha, e-mail). */
  readonly unsupported: readonly string[];
}

/** What signing up takes at this server. */
export async function registrationOptions(baseUrl: string): Promise<RegistrationOptions> {
  try {
    await matrixRequest(baseUrl, '/_matrix/client/v3/register', { method: 'POST', body: {} });
    return { open: true, needsToken: false, terms: [], unsupported: [] };
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.status !== 401) {
      if (error instanceof RequestFailed && error.status === 403) return { open: false, needsToken: false, terms: [], unsupported: [] };
      throw error;
    }
    const flow = bestFlow(error.body);
    const all = ((error.body['flows'] as { stages?: string[] }[] | undefined) ?? []).flatMap((one) => one.stages ?? []);
    if (!flow) return { open: false, needsToken: false, terms: [], unsupported: all.filter((stage) => !KNOWN.includes(stage)) };
    return { open: true, needsToken: flow.includes('m.login.registration_token'), terms: termsOf(error.body), unsupported: [] };
  }
}

export interface SignUp extends SignIn {
  readonly token?: string | undefined;
}

export async function signUp({ baseUrl, user, password, deviceName, token }: SignUp): Promise<Credentials> {
  const wanted = { username: user, password, initial_device_display_name: deviceName, refresh_token: true };
  let auth: Record<string, unknown> | undefined;
  // Each stage is answered once; the server says what is still missing.
  for (let stages = 0; stages < KNOWN.length + 1; stages++) {
    try {
      return credentials(
        await matrixRequest(baseUrl, '/_matrix/client/v3/register', { method: 'POST', body: { ...wanted, ...(auth ? { auth } : {}) } }),
        baseUrl,
      );
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.status !== 401) throw error;
      const failed = typeof error.body['errcode'] === 'string';
      const flow = bestFlow(error.body);
      const completed = (error.body['completed'] as string[] | undefined) ?? [];
      const next = flow?.find((stage) => !completed.includes(stage));
      if (failed || next === undefined) throw error;
      auth = { type: next, session: error.body['session'], ...(next === 'm.login.registration_token' ? { token: token ?? '' } : {}) };
    }
  }
  throw new RequestFailed('M_UNKNOWN', 'the server asked for the same step again');
}

/** The shortest flow of which we can do all. */
function bestFlow(body: Record<string, unknown>): string[] | undefined {
  const flows = (body['flows'] as { stages?: unknown }[] | undefined) ?? [];
  return flows
    .map((flow) => (Array.isArray(flow.stages) ? (flow.stages as string[]) : []))
    .filter((stages) => stages.length > 0 && stages.every((stage) => KNOWN.includes(stage)))
    .toSorted((a, b) => a.length - b.length)[0];
}

function termsOf(body: Record<string, unknown>): { name: string; url: string }[] {
  const params = body['params'] as Record<string, { policies?: Record<string, Record<string, { name?: string; url?: string }>> }> | undefined;
  return Object.values(params?.['m.login.terms']?.policies ?? {}).flatMap((policy) => {
    const text = policy['en'] ?? Object.values(policy).find((value) => typeof value === 'object');
    return text?.url && /^https?:/i.test(text.url) ? [{ name: text.name ?? text.url, url: text.url }] : [];
  });
}

function credentials(answer: Record<string, unknown>, baseUrl: string): Credentials {
  const { user_id: userId, device_id: deviceId, access_token: accessToken, refresh_token: refreshToken } = answer;
  if (typeof userId !== 'string' || typeof deviceId !== 'string' || typeof accessToken !== 'string') {
    throw new RequestFailed('NOT_MATRIX', 'the answer has no session');
  }
  return { userId, deviceId, baseUrl, accessToken, refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined };
}

export async function usernameAvailable(baseUrl: string, username: string): Promise<'yes' | 'taken' | 'invalid' | 'unknown'> {
  try {
    await matrixRequest(baseUrl, '/_matrix/client/v3/register/available', { query: { username } });
    return 'yes';
  } catch (error) {
    if (!(error instanceof RequestFailed)) return 'unknown';
    return error.code === 'M_USER_IN_USE' || error.code === 'M_EXCLUSIVE' ? 'taken' : error.code === 'M_INVALID_USERNAME' ? 'invalid' : 'unknown';
  }
}
