/** For what was asked for while an account still connects: done as soon as it can be. */
import type { App } from '../domain/app.ts';
import { NotConnected } from '../domain/inbox/conversation-actions.ts';
import type { LiveSession } from '../domain/matrix/live-session.ts';

const PATIENCE_MS = 15_000;

/** @throws NotConnected if the account is not there within a while */
export async function liveSoon(app: App, accountKey: string | undefined): Promise<LiveSession> {
  const session = accountKey === undefined ? undefined : app.session(accountKey);
  if (!session) throw new NotConnected('no such account');
  const now = session.state.getState().live;
  if (now) return now;
  return new Promise((resolve, reject) => {
    const stop = session.state.subscribe(({ live }) => {
      if (!live) return;
      done();
      resolve(live);
    });
    const late = setTimeout(() => {
      done();
      reject(new NotConnected('the account is not connected yet'));
    }, PATIENCE_MS);
    const done = (): void => {
      clearTimeout(late);
      stop();
    };
  });
}
