/** Room state as a map from (type, state key) to event ids. The pair is one string, so that maps need no nesting. */
import type { EventId } from '../identifiers/types.ts';

/** Keys are of stateKeyOf. */
export type StateMap = ReadonlyMap<string, EventId>;

/** The pair as one string: the length of the type, a colon, the type, the state key. No two pairs share one. */
export function stateKeyOf(type: string, stateKey: string): string {
  return `${type.length}:${type}${stateKey}`;
}

/** The inverse of stateKeyOf. */
export function readStateKey(key: string): { readonly type: string; readonly stateKey: string } {
  const start = key.indexOf(':') + 1;
  const end = start + Number(key.slice(0, start - 1));
  return { type: key.slice(start, end), stateKey: key.slice(end) };
}
