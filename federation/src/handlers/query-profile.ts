/** GET /_matrix/federation/v1/query/profile (Server-Server API, "Querying for information"). */
import { notFound } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '../ports.ts';
import type { LocalUsers } from './local-users.ts';

export async function queryUserProfile(users: LocalUsers, query: { readonly user_id: string; readonly field?: string }): Promise<JsonObject> {
  const { user_id: userId, field } = query;
  const profile = users.isLocal(userId) ? await users.profile(userId) : undefined;
  if (!profile) throw notFound('There is no such user here.');
  if (field === undefined) return profile;
  return Object.hasOwn(profile, field) ? { [field]: profile[field]! } : {};
}
