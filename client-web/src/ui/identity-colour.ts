/** The colour of a person, room or account: the same everywhere, from its id. */
export const IDENTITY_COLOURS = 8;

export function identityIndex(id: string): number {
  // FNV-1a: neighbouring ids differ.
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return ((hash >>> 16) ^ (hash & 0xffff)) % IDENTITY_COLOURS;
}

/** For `style={{ '--…': identityColour(id) }}` or a colour itself. */
export const identityColour = (id: string): string => `var(--identity-${identityIndex(id)})`;
