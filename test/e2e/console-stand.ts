// A console in a home folder of its own, and windows to it over its own socket, as tests of the console use them.

import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import {
  type CellChoice,
  CONSOLE_CONTRACT,
  CONSOLE_PROTOCOL,
  CONSOLE_SOCKET,
  type ConsoleProposal,
  type ConsoleState,
} from '../../electron/ipc/console-contract.ts';
import { type Client, connect } from '../../electron/ipc/rpc.ts';
import { CommandHome, type RunningCommand } from './capstan-command.ts';
import { NodeWindow } from './node-window.ts';

export type ConsoleContract = typeof CONSOLE_CONTRACT;

export const CUBE: CellChoice = { task: 'cube-lift', tier: 'S1', seed: 3, writer: { kind: 'expert' }, caps: {} };

/** A window without pixels: what it was told, and what it may ask. */
export interface TestWindow {
  readonly client: string;
  readonly ask: Client<ConsoleContract>['request'];
  /** The newest state; throws before the first has come. */
  readonly state: () => ConsoleState;
  /** Every state, oldest first. */
  readonly states: readonly ConsoleState[];
  readonly pieces: readonly { readonly kind: string; readonly purpose: string; readonly text: string }[];
  readonly notices: readonly { readonly level: string; readonly message: string }[];
  /** The next state, or the newest, that is so. */
  until(isSo: (state: ConsoleState) => boolean, what?: string): Promise<ConsoleState>;
  /** Waits for the question, and gives it. */
  question(): Promise<ConsoleProposal>;
  approve(proposal: ConsoleProposal, speedScale?: number): Promise<unknown>;
  /** Opens a cell and takes control of it. */
  openCell(choice?: Partial<CellChoice>): Promise<NodeWindow>;
  /** Comes to the sockets of the open cell, without control. */
  sockets(): Promise<NodeWindow>;
  readonly socket: WebSocket;
  close(): Promise<void>;
}

export interface ServeAddress {
  readonly url: string;
  readonly origin: string;
  readonly port: number;
  readonly token: string;
}

export async function openWindow(
  { origin, token }: Pick<ServeAddress, 'origin' | 'token'>,
  client = randomBytes(8).toString('hex'),
): Promise<TestWindow> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${CONSOLE_SOCKET}`, { origin });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  const states: ConsoleState[] = [];
  const pieces: { kind: string; purpose: string; text: string }[] = [];
  const notices: { level: string; message: string }[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const rpc = connect(
    CONSOLE_CONTRACT,
    {
      send: (message) => socket.send(JSON.stringify(message)),
      onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(String(data)))),
      onClose: (listener) => {
        socket.once('close', (code, reason) => listener(`closed: ${code} ${reason}`));
      },
    },
    {
      state: (state) => {
        states.push(state as ConsoleState);
        changed();
      },
      modelPiece: (piece) => {
        pieces.push(piece);
        changed();
      },
      notice: (notice) => notices.push(notice),
    },
  );
  socket.once('close', changed);
  socket.send(JSON.stringify({ kind: 'hello', version: CONSOLE_PROTOCOL, token, client }));
  const state = () => {
    const newest = states.at(-1);
    if (newest === undefined) throw new Error('no state has come yet');
    return newest;
  };
  const until = (isSo: (state: ConsoleState) => boolean, what = String(isSo)) =>
    new Promise<ConsoleState>((resolve, reject) => {
      const look = () => {
        const newest = states.at(-1);
        if (newest !== undefined && isSo(newest)) {
          listeners.delete(look);
          resolve(newest);
        } else if (socket.readyState > WebSocket.OPEN) {
          listeners.delete(look);
          reject(
            new Error(`the socket closed before: ${what}; the last state: ${JSON.stringify(newest).slice(0, 2000)}`),
          );
        }
      };
      listeners.add(look);
      look();
    });
  await until(() => true);
  const links: NodeWindow[] = [];
  const sockets = async () => {
    const { cell } = state();
    if (cell === null) throw new Error('no cell is open');
    const { url, token: cellToken } = cell.sockets;
    const link = await NodeWindow.open(Number(new URL(url).port), client, { token: cellToken, origin });
    links.push(link);
    return link;
  };
  return {
    client,
    ask: rpc.request,
    state,
    states,
    pieces,
    notices,
    until,
    question: async () => {
      const { proposal } = await until((one) => one.proposal !== null && one.phase === 'asking', 'a question');
      return proposal as ConsoleProposal;
    },
    approve: ({ id, sha256 }, speedScale = 1) =>
      rpc.request('decide', {
        proposalId: id,
        sha256,
        decision: { kind: 'approve', mode: 'run', speedScale, pauseAtUnknown: false },
      }),
    sockets,
    openCell: async (choice = {}) => {
      await rpc.request('openCell', { ...CUBE, ...choice });
      const link = await sockets();
      await link.takeControl();
      return link;
    },
    socket,
    close: async () => {
      for (const link of links) link.close();
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.close();
      await closed;
    },
  };
}

/** `capstan serve` in a process of its own. */
export class ConsoleStand {
  readonly home: CommandHome;
  readonly address: ServeAddress;
  readonly command: RunningCommand;
  readonly #windows: TestWindow[] = [];

  private constructor(home: CommandHome, command: RunningCommand, address: ServeAddress) {
    this.home = home;
    this.command = command;
    this.address = address;
  }

  /** @param env of the process, beside that of the tests */
  static async open(env: Record<string, string> = {}, home = new CommandHome()): Promise<ConsoleStand> {
    const noKeys = { ANTHROPIC_API_KEY: '', OPENAI_API_KEY: '', CAPSTAN_MODEL_KEY: '' };
    const command = home.start(['serve', '--port', '0', '--json'], { env: { ...noKeys, ...env } });
    await command.said('Ctrl-C ends it');
    return new ConsoleStand(home, command, JSON.parse(command.stdout()) as ServeAddress);
  }

  async window(client?: string): Promise<TestWindow> {
    const window = await openWindow(this.address, client);
    this.#windows.push(window);
    return window;
  }

  /** Ends the process as Ctrl-C does, and removes its folder. */
  async close(): Promise<void> {
    for (const window of this.#windows) await window.close();
    if (this.command.child.exitCode === null) this.command.child.kill('SIGINT');
    await this.command.ended;
    this.home.remove();
  }
}
