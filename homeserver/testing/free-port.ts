/** Ports for servers of tests. */
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below those that systems give to outgoing connections, of which tests make thousands: nothing takes it before it is used. */
const [FIRST, AFTER_LAST] = [15_000, 32_000];

/** A port of loopback that nobody has. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, AFTER_LAST);
    const probe = createServer();
    const isFree = await new Promise<boolean>((done) => probe.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)));
    if (!isFree) continue;
    await new Promise<void>((done) => probe.close(() => done()));
    return port;
  }
}
