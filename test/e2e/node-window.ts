// A console window without a browser: the three sockets of a robot host over `ws`, beating and echoing as a page does.

import { EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';
import {
  type CellStatus,
  CONTROL_CONTRACT,
  decodeFrame,
  SOCKET_PATHS,
  type SocketName,
  type StateMessage,
  type StateText,
  type StopDown,
  splitFrame,
  stateTextSchema,
  stopDownSchema,
  WINDOW_BEAT_MS,
} from '../../electron/ipc/cell-sockets.ts';
import { type Client, connect } from '../../electron/ipc/rpc.ts';

export const TOKEN = 'the-token-of-this-test';
export const ORIGIN = 'http://127.0.0.1:5555';

export interface Opening {
  readonly token?: string;
  readonly origin?: string;
  readonly client?: string;
  readonly from?: number;
  readonly episode?: string;
}

let clients = 0;

/** A name for a new window. */
export function newClient(): string {
  clients += 1;
  return `window-${process.pid}-${clients}`;
}

/**
 * Opens one socket and says hello; resolves with the welcome.
 * @param listen gets every message from the first on, the welcome included
 */
export async function openSocket(
  port: number,
  name: SocketName,
  opening: Opening = {},
  listen: (data: Buffer, isBinary: boolean) => void = () => undefined,
): Promise<WebSocket> {
  const { token = TOKEN, origin = ORIGIN, client = newClient(), from, episode } = opening;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATHS[name]}`, { origin });
  socket.on('message', (data, isBinary) => listen(data as Buffer, isBinary));
  await once(socket, 'open');
  const answered = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('close', (code, reason) => reject(new Error(`closed with ${code}: ${reason}`)));
  });
  socket.send(JSON.stringify({ kind: 'hello', version: 1, token, client, from, episode }));
  await answered;
  return socket;
}

/** The message of a text that is no welcome. */
function told(data: Buffer): unknown {
  const message: { readonly kind?: unknown } = JSON.parse(String(data));
  return message.kind === 'welcome' ? undefined : message;
}

/** The control and stop sockets of one window. */
export class NodeWindow extends EventEmitter {
  readonly client: string;
  readonly stopSocket: WebSocket;
  readonly controlSocket: WebSocket;
  readonly control: Client<typeof CONTROL_CONTRACT>;
  /** Messages of the stop channel, challenges left out. */
  readonly heard: StopDown[] = [];
  status: CellStatus | undefined;
  isVisible = true;
  beats = true;
  echoes = true;
  readonly #timer: NodeJS.Timeout;

  private constructor(client: string, stopSocket: WebSocket, controlSocket: WebSocket) {
    super();
    this.client = client;
    this.stopSocket = stopSocket;
    this.controlSocket = controlSocket;
    this.control = connect(
      CONTROL_CONTRACT,
      {
        send: (message) => controlSocket.send(JSON.stringify(message)),
        onMessage: (listener) => void controlSocket.on('message', (data) => listener(JSON.parse(String(data)))),
        onClose: (listener) => void controlSocket.once('close', () => listener('the socket was closed')),
      },
      {
        status: (status) => {
          this.status = status;
          this.emit('status', status);
        },
      },
    );
    stopSocket.on('message', (data) => {
      const message = stopDownSchema.parse(JSON.parse(String(data)));
      if (message.kind === 'challenge') {
        if (this.echoes) stopSocket.send(JSON.stringify({ kind: 'echo', nonce: message.nonce }));
        return;
      }
      this.heard.push(message);
      this.emit(message.kind, message);
    });
    this.#timer = setInterval(() => {
      if (this.beats) this.control.notify('beat', { visible: this.isVisible });
    }, WINDOW_BEAT_MS);
  }

  static async open(port: number, client = newClient(), opening: Opening = {}): Promise<NodeWindow> {
    const [stop, control] = await Promise.all([
      openSocket(port, 'stop', { ...opening, client }),
      openSocket(port, 'control', { ...opening, client }),
    ]);
    return new NodeWindow(client, stop, control);
  }

  /** Takes control and waits until the status says that window and stop channel answer. */
  async takeControl(name = 'Ada'): Promise<void> {
    const answer = await this.control.request('takeLease', { name });
    if (answer.outcome !== 'granted') throw new Error(`control is held by ${answer.by}`);
    await this.until(({ readiness }) =>
      readiness.every(
        ({ part, state }) => state === 'ready' || !['window', 'stop channel', 'session', 'lease'].includes(part),
      ),
    );
  }

  /** The first status, now or later, for which this holds. */
  async until(holds: (status: CellStatus) => boolean): Promise<CellStatus> {
    while (this.status === undefined || !holds(this.status)) await once(this, 'status');
    return this.status;
  }

  pressStop(detail = 'the Stop button'): void {
    this.stopSocket.send(JSON.stringify({ kind: 'stop', detail }));
  }

  /** As a process that is killed: nothing is said any more. */
  close(): void {
    clearInterval(this.#timer);
    this.stopSocket.terminate();
    this.controlSocket.terminate();
  }
}

/** What one window has received on the state socket. */
export class StateReader extends EventEmitter {
  readonly socket: WebSocket;
  readonly messages: StateMessage[] = [];
  /** The bytes as they came, by topic and number in it. */
  readonly bytes = new Map<string, Uint8Array>();
  readonly texts: StateText[] = [];

  private constructor(socket: WebSocket) {
    super();
    this.socket = socket;
  }

  static async open(port: number, opening: Opening = {}): Promise<StateReader> {
    // The backlog may come in one piece with the welcome.
    const early: [Buffer, boolean][] = [];
    let take = (data: Buffer, isBinary: boolean): void => {
      early.push([data, isBinary]);
    };
    const socket = await openSocket(port, 'state', opening, (data, isBinary) => take(data, isBinary));
    const reader = new StateReader(socket);
    take = (data, isBinary) => reader.#take(data, isBinary);
    for (const [data, isBinary] of early) take(data, isBinary);
    return reader;
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      const text = told(data);
      if (text === undefined) return;
      const parsed = stateTextSchema.parse(text);
      this.texts.push(parsed);
      this.emit(parsed.kind, parsed);
      return;
    }
    const { header, data: bytes } = splitFrame(data);
    this.bytes.set(`${header.topic} ${header.sequence}`, bytes);
    const message = decodeFrame(data);
    if (message !== undefined) this.messages.push(message);
    this.emit('message', message);
  }

  async caughtUp(): Promise<void> {
    if (!this.texts.some(({ kind }) => kind === 'caught-up')) await once(this, 'caught-up');
  }

  of<T extends StateMessage['topic']>(topic: T): Extract<StateMessage, { topic: T }>[] {
    return this.messages.filter((message): message is Extract<StateMessage, { topic: T }> => message.topic === topic);
  }
}
