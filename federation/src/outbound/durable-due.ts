/** What of the EDUs that must arrive is due for a destination: to-device messages and device changes, both in storage. */
import type { ServerName } from '../ports.ts';
import type { DurableEdus, OutboxStore } from './outbox-store.ts';

export class DurableDue {
  readonly #server: ServerName;
  readonly #store: OutboxStore;
  #toDevice = false;
  /** device changes above it are due; undefined: none */
  #devicePos: number | undefined;
  /** the same, for changes that came since they were last read */
  #newDevicePos: number | undefined;

  constructor(options: { server: ServerName; store: OutboxStore; devicePos: number | undefined }) {
    this.#server = options.server;
    this.#store = options.store;
    this.#devicePos = options.devicePos;
  }

  get waits(): boolean {
    return this.#toDevice || this.#devicesAfter !== undefined;
  }

  /** All changes of devices up to here are accepted. */
  okDevicePos(floor: number): number {
    return Math.min(floor, this.#devicesAfter ?? Infinity);
  }

  toDeviceWaits(): void {
    this.#toDevice = true;
  }

  devicesChanged(pos: number): void {
    this.#newDevicePos = Math.min(this.#newDevicePos ?? Infinity, pos - 1);
  }

  /** The next ones; undefined: there are none. `sent` or `failed` follows. */
  async take(limits: { edus: number; bytes: number }): Promise<DurableEdus | undefined> {
    if (!this.waits) return undefined;
    const wanted = { toDevice: this.#toDevice, devicesAfter: this.#devicesAfter };
    // What comes from here on is not part of this reading.
    this.#toDevice = false;
    this.#devicePos = wanted.devicesAfter;
    this.#newDevicePos = undefined;
    try {
      const durable = await this.#store.durableEdus(this.#server, wanted, limits);
      if (durable.edus.length > 0) return durable;
      this.sent(durable);
      return undefined;
    } catch (error) {
      this.#toDevice ||= wanted.toDevice;
      throw error;
    }
  }

  sent(durable: DurableEdus): void {
    this.#toDevice ||= durable.moreToDevice;
    this.#devicePos = durable.moreDevices ? durable.devicePos : undefined;
  }

  failed(durable: DurableEdus): void {
    this.#toDevice ||= durable.toDeviceIds.length > 0 || durable.moreToDevice;
  }

  get #devicesAfter(): number | undefined {
    if (this.#devicePos === undefined) return this.#newDevicePos;
    return this.#newDevicePos === undefined ? this.#devicePos : Math.min(this.#devicePos, this.#newDevicePos);
  }
}
