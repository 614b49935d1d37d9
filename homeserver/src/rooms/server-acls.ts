/** Which servers a room lets take part (Client-Server API, "Server Access Control Lists (ACLs) for rooms"). */
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { JsonObject, JsonValue } from '@nexuscomm/spec/json.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';

type Acl = (server: string) => boolean;

const MAX_ACLS = 5_000;

export class ServerAcls {
  readonly #engine: RoomEngine;
  /** by the number of the ACL event */
  readonly #acls = new LRUCache<number, Acl>(upTo(MAX_ACLS));

  constructor(engine: RoomEngine) {
    this.#engine = engine;
  }

  async allows(room: Room, server: string): Promise<boolean> {
    const event = await this.#engine.stateEvent(room, 'm.room.server_acl', '');
    if (!event) return true;
    let acl = this.#acls.get(event.nid);
    if (!acl) {
      acl = readAcl(event.content);
      this.#acls.set(event.nid, acl);
    }
    return acl(server);
  }
}

/** Ports are not looked at; names are compared without case. */
export function readAcl(content: JsonObject): Acl {
  const allow = patterns(content['allow']);
  const deny = patterns(content['deny']);
  const refusesIps = content['allow_ip_literals'] === false;
  return (server) => {
    const host = server.toLowerCase().replace(/:\d{1,5}$/, '');
    if (refusesIps && isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return false;
    if (deny.some((pattern) => pattern.test(host))) return false;
    return allow.some((pattern) => pattern.test(host));
  };
}

/** Globs: `*` for any characters, `?` for one. */
function patterns(value: JsonValue | undefined): RegExp[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((glob) =>
    typeof glob === 'string'
      ? [
          new RegExp(
            `^${glob
              .toLowerCase()
              .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
              .replaceAll(/\*+/g, '.*')
              .replaceAll('?', '.')}$`,
            'su',
          ),
        ]
      : [],
  );
}
