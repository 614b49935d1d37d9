/** An installed Synapse as an oracle: runs spec/testing/synapse-peer.py, which describes the questions and answers. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EventId } from '../../identifiers/types.ts';
import type { JsonObject } from '../../json.ts';

export interface PeerRequest {
  readonly roomVersion: string;
  readonly events: readonly JsonObject[];
  readonly rejected?: readonly EventId[];
  readonly verdicts?: readonly { readonly event: JsonObject; readonly state: readonly EventId[] }[];
  readonly selections?: readonly { readonly event: JsonObject }[];
  readonly resolutions?: readonly (readonly (readonly EventId[])[])[];
  readonly redactions?: readonly JsonObject[];
}
export interface PeerVerdict {
  readonly allowed: boolean;
  readonly reason: string;
}
export interface PeerAnswer {
  readonly eventIds: readonly EventId[];
  readonly verdicts: readonly PeerVerdict[];
  readonly selections: readonly PeerVerdict[];
  readonly resolutions: readonly { readonly resolved?: readonly EventId[]; readonly error?: string }[];
  readonly redactions: readonly JsonObject[];
}
export interface SynapsePeer {
  readonly version: string;
  ask(request: PeerRequest): Promise<PeerAnswer>;
  /** Ends it in the midst of its work; the question that it was at fails. */
  kill(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../../../testing/synapse-peer.py', import.meta.url));

/** A string says why it can't be started. */
async function startSynapsePeer(python: string): Promise<SynapsePeer | string> {
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failure = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(`the peer ended with ${code}`));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async (): Promise<Record<string, unknown>> => {
    const line = await lines.next();
    return line.done ? { failure: await failure } : (JSON.parse(line.value) as Record<string, unknown>);
  };
  const greeting = await readLine();
  if (greeting['ready'] !== true) return JSON.stringify(greeting['reason'] ?? greeting['failure']);
  return {
    version: JSON.stringify(greeting['version']),
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await readLine();
      if (answer['failure'] !== undefined) throw new Error(JSON.stringify(answer['failure']));
      return answer as unknown as PeerAnswer;
    },
    kill: () => void child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await failure;
    },
  };
}

/**
 * The peer, by default with the Python that NEXUS_SYNAPSE_PYTHON names, or else python3. It is undefined without Synapse;
 * then the reason is printed, for tests are skipped because of it.
 */
export async function findSynapsePeer(python = process.env['NEXUS_SYNAPSE_PYTHON'] ?? 'python3'): Promise<SynapsePeer | undefined> {
  const started = await startSynapsePeer(python);
  if (typeof started !== 'string') return started;
  process.stdout.write(`Not compared with Synapse: ${started}. Set NEXUS_SYNAPSE_PYTHON to a Python that has matrix-synapse.\n`);
  return undefined;
}
