/**
 * Rooms with a policy server ask it for a signature on each event (Server-Server API, "Policy Servers"): our own before
 * they are sent, others' if they come without one.
 */
import { RemoteError } from '@nexuscomm/federation/client/errors.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { Log } from '@nexuscomm/federation/ports.ts';
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, type ErrCode } from '@nexuscomm/spec/errors.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { signedText } from '@nexuscomm/spec/signatures.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { stateKeyText } from '../rooms/state-key.ts';

const POLICY_KEY_ID = 'ed25519:policy_server';
const SIGNATURE_BYTES = 64;

interface PolicyServer {
  readonly server: ServerName;
  readonly publicKey: Uint8Array;
}

export class PolicyServers {
  readonly #engine: RoomEngine;
  readonly #client: FederationClient;
  readonly #crypto: CryptoProvider;
  readonly #log: Log;
  readonly #timeoutMs: number;
  /** string-table id of the state key: most rooms have none, so this is all that they cost */
  readonly #policyKey: number;

  private constructor(
    options: { engine: RoomEngine; client: FederationClient; crypto: CryptoProvider; log: Log; timeoutMs: number },
    policyKey: number,
  ) {
    this.#policyKey = policyKey;
    this.#engine = options.engine;
    this.#client = options.client;
    this.#crypto = options.crypto;
    this.#log = options.log;
    this.#timeoutMs = options.timeoutMs;
  }

  static async open(options: {
    engine: RoomEngine;
    client: FederationClient;
    crypto: CryptoProvider;
    log: Log;
    timeoutMs: number;
  }): Promise<PolicyServers> {
    return new PolicyServers(options, await options.engine.strings.id(stateKeyText('m.room.policy', '')));
  }

  /** Whether a received event is recommended; true where the room has no policy server. */
  async recommends(room: Room, event: RoomEvent): Promise<boolean> {
    const policy = await this.#policyOf(room, event);
    if (!policy || this.#isSigned(room, event.json, policy)) return true;
    try {
      return this.#isSigned(room, await this.#ask(event.json, policy), policy);
    } catch (error) {
      this.#log.info({ room: room.roomId, event: event.eventId, reason: String(error) }, 'a policy server did not recommend an event');
      return false;
    }
  }

  /** An event of this server with the policy server's signature, where it needs one. Throws what the policy server says. */
  async sign(room: Room, event: RoomEvent): Promise<RoomEvent> {
    const policy = await this.#policyOf(room, event);
    if (!policy) return event;
    const json = await this.#ask(event.json, policy).catch((error: unknown) => {
      if (error instanceof RemoteError) throw new MatrixError(error.errcode as ErrCode, error.status, error.text);
      throw new MatrixError('M_UNKNOWN', 502, `The room's policy server ${policy.server} can't be reached, so nothing can be sent.`);
    });
    if (!this.#isSigned(room, json, policy)) throw new MatrixError('M_FORBIDDEN', 403, "The room's policy server did not sign the event.");
    return { ...event, json };
  }

  async #policyOf(room: Room, event: RoomEvent): Promise<PolicyServer | undefined> {
    if (event.type === 'm.room.policy' && event.stateKey === '') return undefined;
    const nid = room.headStateNid(this.#policyKey);
    if (nid === undefined) return undefined;
    const content = (await this.#engine.events.ofHead(room, [nid])).get(nid)?.content;
    const { via, public_keys: keys } = content ?? {};
    const encoded = isJsonObject(keys) ? keys['ed25519'] : undefined;
    if (typeof via !== 'string' || typeof encoded !== 'string' || !isServerName(via)) return undefined;
    if (!room.servers.has(await this.#engine.strings.id(via))) return undefined;
    // A key that is none recommends nothing.
    return { server: via, publicKey: decodeBase64(encoded) ?? new Uint8Array() };
  }

  async #ask(json: JsonObject, { server }: PolicyServer): Promise<JsonObject> {
    const given = (await this.#client.policySign(server, json, { timeoutMs: this.#timeoutMs })) as JsonObject;
    const own = isJsonObject(given[server]) ? given[server] : {};
    const signatures = (json['signatures'] ?? {}) as JsonObject;
    const before = isJsonObject(signatures[server]) ? signatures[server] : {};
    return { ...json, signatures: { ...signatures, [server]: { ...before, ...own } } };
  }

  #isSigned(room: Room, json: JsonObject, { server, publicKey }: PolicyServer): boolean {
    const signatures = json['signatures'];
    const own = isJsonObject(signatures) ? signatures[server] : undefined;
    const text = isJsonObject(own) ? own[POLICY_KEY_ID] : undefined;
    const signature = typeof text === 'string' ? decodeBase64(text) : undefined;
    if (signature?.length !== SIGNATURE_BYTES) return false;
    return this.#crypto.verify(publicKey, signedText(redactEventJson(json, room.version), numbersOf(room.version)), signature);
  }
}
