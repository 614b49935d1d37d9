/** What a workload is given and what it finds. */
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import type { FederatedTarget, Target } from '../targets/target.ts';

export interface Options {
  /** how long each measurement lasts */
  readonly seconds: number;
  /** operations at once */
  readonly atOnce: number;
}

export interface Figure {
  readonly workload: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** the same on the bare machine */
  readonly floor?: { readonly value: number; readonly of: string };
  /** the same of the server that ours is compared with; or why it has none */
  readonly peer?: PeerValue;
  /** share of one core that the generator took while measuring */
  readonly generatorCpu?: number;
}

export type PeerValue = { readonly value: number } | { readonly atLeast: number } | { readonly missing: string };

export type Workload = (target: Target, options: Options) => Promise<Figure[]>;

/** Starts a server of the kind that is measured. */
export type StartFederated = (files: CertificateFiles) => Promise<FederatedTarget>;

/** Needs servers that reach each other. */
export type FederatedWorkload = (start: StartFederated, options: Options) => Promise<Figure[]>;

export class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed';
}

/** Work that was not done must not be measured. */
export function verify(condition: boolean, what: string): asserts condition {
  if (!condition) throw new VerificationFailed(`the target did not do the work: ${what}`);
}
