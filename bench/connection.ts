import type { Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  /** The status line and the headers. */
  readonly head: string;
  /** Content-Location; empty without one. */
  readonly location: string;
};

/**
 * One keep-alive connection, one request at a time, each sent as bytes that were made beforehand.
 * It understands what this server answers and no more: the cores it runs on are those it measures.
 */
export class Connection {
  readonly #connect: () => Socket;
  #socket: Socket | null = null;
  #chunks: Buffer[] = [];
  #received = 0;
  #wanted = 0;
  #status = 0;
  #bodyAt = 0;
  #head = '';
  #location = '';
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  constructor(connect: () => Socket) {
    this.#connect = connect;
  }

  ask(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#open().write(request);
    });
  }

  /** Whoever still waits for an answer hears at once that there will be none. */
  close(): void {
    this.#socket?.destroy();
    this.#gone();
  }

  /** The server closes a connection that was idle for long, as while messages are prepared. */
  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = this.#connect().setNoDelay();
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#fail(error);
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#gone();
    });
    this.#socket = socket;
    return socket;
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#wanted === 0) this.#readHead();
    if (this.#wanted === 0 || this.#received < this.#wanted) return;
    const whole = this.#joined();
    const body = whole.subarray(this.#bodyAt, this.#wanted);
    const answer = { status: this.#status, body, head: this.#head, location: this.#location };
    const settle = this.#settle;
    this.#chunks = [];
    this.#received = 0;
    this.#wanted = 0;
    this.#settle = null;
    settle?.resolve(answer);
  }

  #readHead(): void {
    const whole = this.#joined();
    const end = whole.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = whole.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#fail(new Error(`no Content-Length in: ${head}`));
    this.#head = head;
    this.#status = Number(head.slice(9, 12));
    this.#location = /\r\ncontent-location: (\S+)/i.exec(head)?.[1] ?? '';
    this.#bodyAt = end + 4;
    this.#wanted = this.#bodyAt + Number(length);
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    const whole =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }

  /** Nothing of an answer that came in part is taken for the next. */
  #gone(): void {
    this.#socket = null;
    this.#chunks = [];
    this.#received = 0;
    this.#wanted = 0;
    this.#fail(new Error('the connection was closed'));
  }

  #fail(error: Error): void {
    this.#settle?.reject(error);
    this.#settle = null;
  }
}
