/** A verification under way, by comparing emoji (spec: "Short Authentication String verification"). */
import type { MatrixClient } from 'matrix-js-sdk';
import {
  VerificationPhase,
  VerificationRequestEvent,
  VerifierEvent,
  type ShowSasCallbacks,
  type VerificationRequest,
  type Verifier,
} from 'matrix-js-sdk/lib/crypto-api/index.js';
import { createStore, type StoreApi } from 'zustand/vanilla';

const SAS = 'm.sas.v1';

export interface VerificationState {
  /** `asked`: the other side asks us. `waiting`: we wait for them. `compare`: emoji are shown. */
  readonly phase: 'asked' | 'waiting' | 'compare' | 'confirming' | 'done' | 'cancelled';
  readonly emoji: readonly { readonly symbol: string; readonly name: string }[];
  readonly cancelledByThem: boolean;
  readonly mismatch: boolean;
}

export class Verification {
  readonly state: StoreApi<VerificationState>;
  readonly otherUserId: string;
  readonly otherDeviceId: string | undefined;
  /** Between devices of one account. */
  readonly ofOwnDevice: boolean;
  readonly ended: Promise<void>;
  readonly #request: VerificationRequest;
  readonly #myUserId: string;
  #end: () => void = () => {};
  #verifier: Verifier | undefined;
  #sas: ShowSasCallbacks | undefined;

  constructor(request: VerificationRequest, client: MatrixClient) {
    this.#request = request;
    this.#myUserId = client.getSafeUserId();
    this.otherUserId = request.otherUserId;
    this.otherDeviceId = request.otherDeviceId;
    this.ofOwnDevice = request.isSelfVerification;
    this.state = createStore<VerificationState>(() => ({
      phase: request.initiatedByMe ? 'waiting' : 'asked',
      emoji: [],
      cancelledByThem: false,
      mismatch: false,
    }));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    request.on(VerificationRequestEvent.Change, () => this.#changed());
    this.#changed();
  }

  get over(): boolean {
    const { phase } = this.state.getState();
    return phase === 'done' || phase === 'cancelled';
  }

  async accept(): Promise<void> {
    this.state.setState({ phase: 'waiting' });
    await this.#request.accept();
  }

  /** The emoji are the same on both sides. */
  async confirm(): Promise<void> {
    this.state.setState({ phase: 'confirming' });
    await this.#sas?.confirm();
  }

  mismatch(): void {
    this.state.setState({ mismatch: true });
    this.#sas?.mismatch();
  }

  async cancel(): Promise<void> {
    if (!this.over) await this.#request.cancel();
  }

  #changed(): void {
    switch (this.#request.phase) {
      case VerificationPhase.Ready:
        // Who asked starts, so that not both do.
        if (this.#request.initiatedByMe && !this.#verifier) void this.#request.startVerification(SAS).then((verifier) => this.#use(verifier));
        return;
      case VerificationPhase.Started:
        if (this.#request.verifier) this.#use(this.#request.verifier);
        return;
      case VerificationPhase.Done:
        this.state.setState({ phase: 'done' });
        this.#end();
        return;
      case VerificationPhase.Cancelled:
        this.state.setState({ phase: 'cancelled', cancelledByThem: this.#request.cancellingUserId !== this.#myUserId });
        this.#end();
        return;
      case VerificationPhase.Unsent:
      case VerificationPhase.Requested:
        return;
    }
  }

  #use(verifier: Verifier): void {
    if (this.#verifier === verifier) return;
    this.#verifier = verifier;
    const show = (sas: ShowSasCallbacks): void => {
      this.#sas = sas;
      this.state.setState({ phase: 'compare', emoji: (sas.sas.emoji ?? []).map(([symbol, name]) => ({ symbol, name })) });
    };
    verifier.on(VerifierEvent.ShowSas, show);
    const shown = verifier.getShowSasCallbacks();
    if (shown) show(shown);
    verifier.verify().catch(() => this.#changed());
  }
}
