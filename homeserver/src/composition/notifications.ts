/** Hears what other processes did to the database: commands that change accounts, or want a server tried at once. */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { FederationOutbound } from '../federation/outbound.ts';
import type { FederationTransport } from '../federation/transport.ts';
import type { Push } from '../push/create-push.ts';
import { ACCOUNTS_CHANNEL, RETRY_CHANNEL, listen } from '../storage/notifications.ts';
import type { Users } from './users.ts';

export interface NotificationsDeps {
  readonly databaseUrl: string;
  readonly users: Pick<Users, 'sessions' | 'deactivation' | 'guestRemoval'>;
  readonly push: Pick<Push, 'pushers'>;
  readonly transport: Pick<FederationTransport, 'network'>;
  readonly outbound: Pick<FederationOutbound, 'queues'>;
  readonly onError: (error: unknown) => void;
}

export function hearNotifications({ databaseUrl, users, push, transport, outbound, onError }: NotificationsDeps): AsyncDisposable {
  const onAccountsChanged = (): void => {
    users.sessions.forgetAll();
    push.pushers.reload().catch(onError);
    users.deactivation.finishAll().catch(onError);
  };
  const onRetryWanted = (name: string): void => {
    if (name === '') return;
    transport.network.forget(name as ServerName);
    outbound.queues.retry(name as ServerName);
  };
  const notifications = listen(databaseUrl, { [ACCOUNTS_CHANNEL]: onAccountsChanged, [RETRY_CHANNEL]: onRetryWanted });
  // What was changed while the server was down.
  onAccountsChanged();
  users.guestRemoval.finishAll().catch(onError);
  return notifications;
}
