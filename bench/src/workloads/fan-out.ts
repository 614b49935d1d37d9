/** 2: a message to 1,000 users of one room, all waiting in /sync: how long until each has it. */
import { request as httpRequest, Agent } from 'node:http';
import { MatrixUser, inBatches } from '../load/matrix-user.ts';
import { distribution } from '../load/percentiles.ts';
import { verify, type Workload } from './workload.ts';

const USERS = 1_000;
const MESSAGES = 20;
const SET_UP_AT_ONCE = 16;
const PAUSE_MS = 500;
const FILTER = encodeURIComponent(JSON.stringify({ presence: { types: [] }, room: { timeline: { limit: 20 }, ephemeral: { types: [] } } }));

export const fanOut: Workload = async (target) => {
  const sender = await MatrixUser.register(target.pool, target.accounts);
  const roomId = await sender.createRoom();
  const users = await inBatches(USERS, SET_UP_AT_ONCE, async () => {
    const user = await MatrixUser.register(target.pool, target.accounts);
    await user.join(roomId);
    return user;
  });
  const arrivals = new Map<string, { sent: number; delivered: number[] }>();
  let listening = true;
  const agent = new Agent({ keepAlive: true, maxSockets: USERS });
  const listen = async (user: MatrixUser): Promise<void> => {
    let since = (await user.sync(`filter=${FILTER}&set_presence=offline`))['next_batch'] as string;
    while (listening) {
      const text = await poll(agent, target.url, user, `since=${since}&timeout=5000&filter=${FILTER}&set_presence=offline`);
      const now = performance.now();
      since = /"next_batch":"([^"]+)"/.exec(text)![1]!;
      for (const [, number] of text.matchAll(/fan-out (\d+) end/g)) arrivals.get(number!)?.delivered.push(now);
    }
  };
  const listeners = users.map(listen);
  await new Promise((resolve) => setTimeout(resolve, 5_000)); // until all wait
  for (let i = 0; i < MESSAGES; i++) {
    arrivals.set(String(i), { sent: performance.now(), delivered: [] });
    await sender.send(roomId, `fan-out ${i} end`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  listening = false;
  await Promise.all(listeners);
  agent.destroy();
  const times = [...arrivals.values()].flatMap(({ sent, delivered }) => delivered.map((at) => at - sent));
  verify(times.length === USERS * MESSAGES, `${times.length} of ${USERS * MESSAGES} deliveries arrived`);
  const { p50, p99 } = distribution(times);
  return [
    { workload: '2', what: `delivery to ${USERS} users, p50`, value: p50, unit: 'ms' },
    { workload: '2', what: `delivery to ${USERS} users, p99`, value: p99, unit: 'ms' },
  ];
};

/** Many waiting connections with little work in the generator: node:http, one socket each. */
function poll(agent: Agent, url: string, user: MatrixUser, query: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(`${url}/_matrix/client/v3/sync?${query}`, { agent, headers: { authorization: user.authorization } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`sync: ${response.statusCode} ${text.slice(0, 200)}`)),
      );
    });
    call.on('error', reject).end();
  });
}
