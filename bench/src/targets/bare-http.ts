/** The floor for HTTP: `node:http` in a process of its own that answers everything with bytes of a given size. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const CONNECTIONS = 512;

if (process.argv[2] === 'serve') {
  const answer = Buffer.from(JSON.stringify({ filler: 'x'.repeat(Math.max(0, Number(process.argv[3]) - 13)) }));
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer));
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

export async function startBareHttp(answerBytes: number): Promise<{ pool: Pool } & AsyncDisposable> {
  const child = fork(import.meta.filename, ['serve', String(answerBytes)]);
  const [port] = (await once(child, 'message')) as [number];
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  return {
    pool,
    [Symbol.asyncDispose]: async () => {
      await pool.destroy();
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
