/** A homeserver under measurement. */
import type { Pool } from 'undici';
import type { Accounts } from '../load/matrix-user.ts';

export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pool: Pool;
  readonly accounts: Accounts;
  /** process id of the server, where it is known: for its memory */
  readonly pid: number | undefined;
  /** process id of the database, where it is the server's own */
  readonly databasePid: number | undefined;
}

/** A homeserver that other servers reach on loopback. */
export interface FederatedTarget extends Target {
  readonly serverName: string;
}
