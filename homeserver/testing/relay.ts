/** A port of loopback that hands connections on to another, until it is cut. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Relay implements AsyncDisposable {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async open(target: number): Promise<Relay> {
    const relay = new Relay(target);
    await relay.mend();
    return relay;
  }

  async mend(): Promise<void> {
    const server = createServer((from) => this.#join(from, connect(this.#target, '127.0.0.1')));
    this.#server = server;
    await new Promise<void>((done, fail) => server.once('error', fail).listen(this.port, '127.0.0.1', done));
    this.port = (server.address() as AddressInfo).port;
  }

  /** Breaks connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = new Promise<void>((done) => this.#server!.close(() => done()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(from: Socket, to: Socket): void {
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.listening) await this.cut();
  }
}
