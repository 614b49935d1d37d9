/** Whom this server talks to, by the configuration's lists. */
import type { ServerAllowed } from '@nexuscomm/federation/ports.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';

/** Globs (`*`, `?`) over server names without port. An empty `allow` allows everybody; `deny` goes before it. */
export function createServerFilter(lists: { readonly allow: readonly string[]; readonly deny: readonly string[] }): ServerAllowed {
  const allow = lists.allow.map(globToPattern);
  const deny = lists.deny.map(globToPattern);
  return (server: ServerName) => {
    const host = server.replace(/:\d+$/, '');
    // A glob may also name a port.
    const matches = (patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(host) || pattern.test(server));
    return !matches(deny) && (allow.length === 0 || matches(allow));
  };
}

function globToPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
