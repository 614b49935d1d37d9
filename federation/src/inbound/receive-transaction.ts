/**
 * PUT /_matrix/federation/v1/send/{txnId}: takes in what another server sends. One bad PDU never fails the rest. A
 * transaction that comes again is answered as before; events are known by their ids anyway, so this need not be durable.
 */
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { EduReceiver, InboundRooms, JsonObject, Log, ServerName } from '../ports.ts';
import type { PduReceiver, PduResult } from './receive-pdu.ts';

export interface TransactionReceiverDeps {
  readonly pdus: PduReceiver;
  readonly edus: EduReceiver;
  readonly rooms: InboundRooms;
  /** for rooms that this server is not in: invites that are taken back */
  readonly outside: { receiveOutside(origin: ServerName, pdu: JsonObject): Promise<boolean> };
  readonly log: Log;
  /** transactions whose answers are kept for when they come again */
  readonly rememberedTransactions: number;
}

/** event id -> {} or { error } (Server-Server API, "PDU Processing Result"). */
export type TransactionResult = Readonly<Record<string, { readonly error?: string }>>;

export class TransactionReceiver {
  readonly #deps: TransactionReceiverDeps;
  /** oldest first */
  readonly #answers = new Map<string, Promise<TransactionResult>>();

  constructor(deps: TransactionReceiverDeps) {
    this.#deps = deps;
  }

  receive(origin: ServerName, txnId: string, transaction: { pdus: readonly unknown[]; edus: readonly unknown[] }): Promise<TransactionResult> {
    const key = `${origin} ${txnId}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = this.#receive(origin, transaction);
    this.#answers.set(key, answer);
    // A failure is this server's own: the sender tries again.
    answer.catch(() => this.#answers.delete(key));
    if (this.#answers.size > this.#deps.rememberedTransactions) this.#answers.delete(this.#answers.keys().next().value!);
    return answer;
  }

  async #receive(origin: ServerName, { pdus, edus }: { pdus: readonly unknown[]; edus: readonly unknown[] }): Promise<TransactionResult> {
    const byRoom = Map.groupBy(pdus.filter(isJsonObject), (pdu) => (typeof pdu['room_id'] === 'string' ? pdu['room_id'] : ''));
    const [results] = await Promise.all([
      Promise.all([...byRoom].map(([roomId, ofRoom]) => this.#receiveRoom(origin, roomId, ofRoom))),
      this.#receiveEdus(origin, edus.filter(isJsonObject)),
    ]);
    return Object.fromEntries(results.flat().map(({ eventId, error }) => [eventId, error === undefined ? {} : { error }]));
  }

  async #receiveRoom(origin: ServerName, roomId: string, pdus: readonly JsonObject[]): Promise<PduResult[]> {
    const { rooms, log } = this.#deps;
    const room = await rooms.find(roomId);
    if (!room) {
      for (const pdu of pdus) {
        const taken = await this.#deps.outside.receiveOutside(origin, pdu).catch((error: unknown) => {
          log.info({ origin, room: roomId, reason: String(error) }, 'an event of a room that nobody here is in could not be used');
          return false;
        });
        if (!taken) log.debug({ origin, room: roomId }, 'an event of a room that nobody here is in');
      }
      return [];
    }
    return this.#deps.pdus.receive(origin, room, pdus);
  }

  async #receiveEdus(origin: ServerName, edus: readonly JsonObject[]): Promise<void> {
    for (const { edu_type: type, content } of edus) {
      if (typeof type === 'string' && isJsonObject(content)) await this.#deps.edus.receive(origin, { edu_type: type, content });
    }
  }
}
