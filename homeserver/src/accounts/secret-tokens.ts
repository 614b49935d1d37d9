/** Tokens: 256 random bits with a prefix that says what they are, known to the database by their SHA-256. */
import { createHash, randomBytes } from 'node:crypto';

export type TokenKind = 'access' | 'refresh' | 'login' | 'openid';
const PREFIX: Readonly<Record<TokenKind, string>> = { access: 'nxa_', refresh: 'nxr_', login: 'nxl_', openid: 'nxo_' };
const TOKEN_BYTES = 32;

export function newToken(kind: TokenKind): string {
  return PREFIX[kind] + randomBytes(TOKEN_BYTES).toString('base64url');
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
