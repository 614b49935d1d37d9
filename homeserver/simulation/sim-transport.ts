/** Requests between simulated servers go to the simulated network, which decides what becomes of them. */
import { Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { Transport, TransportRequest, TransportResponse } from '@nexuscomm/federation/client/transport.ts';
import { Agent, request } from 'undici';

/** Headers by which the network knows whose request it is. */
export const FROM = 'x-simulated-from';
export const TO = 'x-simulated-to';
/** status by which the network says that there is no answer */
export const NO_ANSWER = 599;

export function simulatedTransport(networkUrl: string, from: string): Transport {
  const agent = new Agent({ connections: 256, keepAliveTimeout: 1_000 });
  return {
    request: async ({ server, method, target, headers, body, signal }: TransportRequest): Promise<TransportResponse> => {
      const response = await request(`${networkUrl}${target}`, {
        method,
        dispatcher: agent,
        headers: { ...headers, [FROM]: from, [TO]: server },
        body: body ?? null,
        signal,
      }).catch((error: unknown) => {
        if (signal.aborted) throw signal.reason;
        throw new Unreachable(server, 'refused', 'the simulated network is gone', error);
      });
      if (response.statusCode === NO_ANSWER) {
        await response.body.dump();
        throw new Unreachable(server, 'timeout', 'lost by the simulated network');
      }
      const received: Record<string, string | undefined> = {};
      for (const [name, value] of Object.entries(response.headers)) received[name] = Array.isArray(value) ? value[0] : value;
      return { status: response.statusCode, headers: received, body: response.body };
    },
    get: async (_url, server) => {
      throw new Unreachable(server, 'refused', 'the simulated network carries no other requests');
    },
  };
}
