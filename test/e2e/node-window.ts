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

/** Opens one socket and says hello; resolves with the welcome. */
export async function openSocket(port: number, name: SocketName, opening: Opening = {}): Promise<WebSocket> {
  const { token = TOKEN, origin = ORIGIN, client = newClient(), from, episode } = opening;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATHS[name]}`, { origin });
  await once(socket, 'open');
  // Stops the first message from being missed by a listener that comes later.
  const answered = new Promise<void>((resolve, reject) => {
    socket.once('message', () => {
      socket.pause();
      resolve();
    });
    socket.once('close', (code, reason) => reject(new Error(`closed with ${code}: ${reason}`)));
  });
  socket.send(JSON.stringify({ kind: 'hello', version: 1, token, client, from, episode }));
  await answered;
  return socket;
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
    stopSocket.resume();
    controlSocket.resume();
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
    socket.on('message', (data, isBinary) => {
      if (!isBinary) {
        const text = stateTextSchema.parse(JSON.parse(String(data)));
        this.texts.push(text);
        this.emit(text.kind, text);
        return;
      }
      const { header, data: bytes } = splitFrame(data as Buffer);
      this.bytes.set(`${header.topic} ${header.sequence}`, bytes);
      const message = decodeFrame(data as Buffer);
      if (message !== undefined) this.messages.push(message);
      this.emit('message', message);
    });
    socket.resume();
  }

  static async open(port: number, opening: Opening = {}): Promise<StateReader> {
    return new StateReader(await openSocket(port, 'state', opening));
  }

  async caughtUp(): Promise<void> {
    if (!this.texts.some(({ kind }) => kind === 'caught-up')) await once(this, 'caught-up');
  }

  of<T extends StateMessage['topic']>(topic: T): Extract<StateMessage, { topic: T }>[] {
    return this.messages.filter((message): message is Extract<StateMessage, { topic: T }> => message.topic === topic);
  }
}
