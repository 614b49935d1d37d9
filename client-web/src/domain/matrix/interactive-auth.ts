/** Requests that the server wants confirmed with the account's password (spec: "User-Interactive Authentication"). */
import { MatrixError } from 'matrix-js-sdk';

/** Asks the person; undefined: they gave up. `wrong`: the password given before was not right. */
export type AskPassword = (wrong: boolean) => Promise<string | undefined>;

export class AuthCancelled extends Error {
  override readonly name = 'AuthCancelled';
}

/** Without authentication first: servers may not ask for it. */
export async function withPassword<T>(
  userId: string,
  askPassword: AskPassword,
  request: (auth: Record<string, unknown> | undefined) => Promise<T>,
): Promise<T> {
  let auth: Record<string, unknown> | undefined;
  let asked = false;
  for (;;) {
    try {
      return await request(auth);
    } catch (error) {
      if (!(error instanceof MatrixError) || error.httpStatus !== 401) throw error;
      const data = error.data as { session?: string; flows?: { stages?: string[] }[] };
      if (!data.flows?.some((flow) => flow.stages?.length === 1 && flow.stages[0] === 'm.login.password')) throw error;
      const password = await askPassword(asked);
      if (password === undefined) throw new AuthCancelled();
      asked = true;
      auth = { type: 'm.login.password', session: data.session, identifier: { type: 'm.id.user', user: userId }, password };
    }
  }
}
