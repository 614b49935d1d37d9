/** 6a: events sent on one server, counted as they come to a user of another in /sync; and how long one takes when nothing else happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import { MatrixUser } from '../load/matrix-user.ts';
import { distribution } from '../load/percentiles.ts';
import { verify, type FederatedWorkload } from './workload.ts';

const ARRIVAL_TIMEOUT_MS = 180_000;
/** Events of one page of /messages. */
const PAGE = 500;
/** Senders wait rather than outrun the other server: with more in its queue, a server lets the other fetch them later. */
const MAX_ON_THE_WAY = 300;
const SINGLE_MESSAGES = 40;
const WARM_UP_MESSAGES = 50;
const FILTER = encodeURIComponent(JSON.stringify({ presence: { types: [] }, room: { timeline: { limit: 1000 }, ephemeral: { types: [] } } }));

export const federatedEvents: FederatedWorkload = async (start, { seconds, atOnce }) => {
  await using files = await makeCertificates();
  await using there = await start(files);
  await using here = await start(files);
  const sender = await MatrixUser.register(there.pool, there.accounts);
  const reader = await MatrixUser.register(here.pool, here.accounts);
  const roomId = await sender.createRoom();
  await reader.join(roomId, there.serverName);
  const arrivals = listen(reader, roomId);
  for (let i = 0; i < WARM_UP_MESSAGES; i++) await arrivals.of(await sender.send(roomId, `warm-up ${i}`));

  const single: number[] = [];
  for (let i = 0; i < SINGLE_MESSAGES; i++) {
    const started = performance.now();
    const eventId = await sender.send(roomId, `single ${i}`);
    single.push((await arrivals.of(eventId)) - started);
  }

  const sent: string[] = [];
  const before = arrivals.count;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - started < seconds * 1000) {
      sent.push(await sender.send(roomId, `message ${sent.length}`));
      await arrivals.reach(before + sent.length - MAX_ON_THE_WAY);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const sentFor = performance.now() - started;
  // The last to come tells how long all of them took, on the way and in queues.
  const times = await Promise.all(sent.map((eventId) => arrivals.of(eventId)));
  const arrivedFor = times.reduce((last, one) => Math.max(last, one), 0) - started;
  const doubled = await arrivals.end();
  verify(doubled === 0, `${doubled} events arrived twice`);
  const { p50, p99 } = distribution(single);
  return [
    { workload: '6a', what: 'events arrived on the other server', value: sent.length / (arrivedFor / 1000), unit: '/s' },
    { workload: '6a', what: 'events sent meanwhile', value: sent.length / (sentFor / 1000), unit: '/s' },
    { workload: '6a', what: 'one event, sent to arrived, p50', value: p50, unit: 'ms' },
    { workload: '6a', what: 'one event, sent to arrived, p99', value: p99, unit: 'ms' },
  ];
};

interface Timeline {
  readonly events: readonly { readonly event_id: string }[];
  readonly limited: boolean;
  readonly prev_batch: string;
}

interface Arrivals {
  /** When the event came. */
  of(eventId: string): Promise<number>;
  readonly count: number;
  /** Resolves when so many have come. */
  reach(count: number): Promise<void>;
  /** How many events came more than once. */
  end(): Promise<number>;
}

function listen(reader: MatrixUser, roomId: string): Arrivals {
  const times = new Map<string, number>();
  const inSyncs = new Set<string>();
  const counting: { count: number; resolve: () => void }[] = [];
  const waiting = new Map<string, (at: number) => void>();
  let doubled = 0;
  const end = new AbortController();
  const arrived = (eventId: string, at: number): void => {
    if (times.has(eventId)) return;
    times.set(eventId, at);
    waiting.get(eventId)?.(at);
    waiting.delete(eventId);
    while (counting[0] && counting[0].count <= times.size) counting.shift()!.resolve();
  };
  /** Page by page, to where a page has nothing new, or to the beginning. */
  const readBack = async (start: string | undefined, toBeginning: boolean): Promise<void> => {
    for (let from = start, more = true; more;) {
      const page = await reader.messages(roomId, PAGE, from);
      const fresh = (page['chunk'] as { event_id: string }[]).filter((event) => !times.has(event.event_id));
      for (const event of fresh) arrived(event.event_id, performance.now());
      from = page['end'] as string | undefined;
      more = from !== undefined && (toBeginning || fresh.length > 0);
    }
  };
  const run = async (): Promise<void> => {
    let since: string | undefined;
    while (!end.signal.aborted) {
      const answer = await reader.sync(`${since === undefined ? '' : `since=${since}&`}timeout=1000&filter=${FILTER}&set_presence=offline`);
      since = answer['next_batch'] as string;
      const at = performance.now();
      const timeline = answer['rooms']?.join?.[roomId]?.timeline as Timeline | undefined;
      for (const event of timeline?.events ?? []) {
        if (inSyncs.has(event.event_id)) doubled++;
        inSyncs.add(event.event_id);
        arrived(event.event_id, at);
      }
      // More came than a sync shows: the rest is read page by page, back to what is known.
      if (timeline?.limited) await readBack(timeline.prev_batch, false);
      // What a server fetched after the events that follow it is in no sync: a client finds it by reading back.
      if (timeline === undefined && waiting.size + counting.length > 0) await readBack(undefined, true);
    }
  };
  const running = run();
  running.catch(() => {}); // reported by end()
  return {
    get count() {
      return times.size;
    },
    reach: async (count) => {
      if (count > times.size) await new Promise<void>((resolve) => counting.push({ count, resolve }));
    },
    of: async (eventId) => {
      const known = times.get(eventId);
      if (known !== undefined) return known;
      const arrival = new Promise<number>((resolve) => waiting.set(eventId, resolve));
      const late = sleep(ARRIVAL_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        throw new Error(`${eventId} did not arrive in ${ARRIVAL_TIMEOUT_MS / 1000} s, ${times.size} others did`);
      });
      return Promise.race([arrival, late]);
    },
    end: async () => {
      end.abort();
      await running;
      return doubled;
    },
  };
}
