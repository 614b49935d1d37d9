/** An account that is signed in in this window. */

export interface AccountRecord {
  /** Names its stores and locks; random, never reused, so that signing in again starts afresh. */
  readonly key: string;
  readonly userId: string;
  readonly deviceId: string;
  /** The homeserver's client API, without a slash at the end. */
  readonly baseUrl: string;
  /** Sealed by the vault where there is one (desktop). */
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly displayName: string | undefined;
  readonly avatarMxc: string | undefined;
  /** Index into the accounts' colours. */
  readonly colour: number;
  readonly addedTs: number;
  /** Sealed; made here, until the person has kept it. */
  readonly recoveryKey?: string | undefined;
  /** Whether the server has `/_nexuscomm/client/v1/inbox`. */
  readonly hasInbox: boolean;
}

/** What a sign-in or sign-up gives. */
export interface Credentials {
  readonly userId: string;
  readonly deviceId: string;
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

/** Keeps tokens unreadable on disk (Electron's safeStorage). */
export interface Vault {
  seal(secret: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

export const openVault: Vault = { seal: async (secret) => secret, open: async (sealed) => sealed };

export const serverNameOf = (userId: string): string => userId.slice(userId.indexOf(':') + 1);
export const localpartOf = (userId: string): string => userId.slice(1, userId.indexOf(':') < 0 ? undefined : userId.indexOf(':'));
