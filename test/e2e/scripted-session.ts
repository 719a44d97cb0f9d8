// A session process and a robot host as a console window sees them, made of the real contracts and nothing else: the page
// with its policy, /ws, and the sockets /stop and /control. Tests say what the state is and read what the window sent; for
// how the window behaves when the other side is slow, silent, gone, or says something new. Nothing here moves anything.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type CellStatus,
  CHALLENGE_MS,
  CONTROL_CONTRACT,
  SOCKET_PATHS,
  SOCKETS_VERSION,
} from '../../electron/ipc/cell-sockets.ts';
import {
  CONSOLE_CONTRACT,
  CONSOLE_SOCKET,
  type ConsoleSettings,
  type ConsoleState,
  type TaskSummary,
} from '../../electron/ipc/console-contract.ts';
import { pageWithPolicy } from '../../electron/ipc/content-security-policy.ts';
import { type Channel, type Handlers, serve } from '../../electron/ipc/rpc.ts';

type Answers = Handlers<typeof CONSOLE_CONTRACT>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** What a window sent, in order. */
export interface Heard {
  readonly socket: 'session' | 'stop' | 'control';
  readonly name: string;
  readonly params: unknown;
}

export const NO_CELL: ConsoleState = {
  phase: 'empty',
  cell: null,
  proposal: null,
  turn: null,
  budget: null,
  work: null,
  lastBlock: null,
  verdict: null,
  problem: null,
};

const TASKS: readonly TaskSummary[] = [
  ['cube-lift', 'Lift the cube', 'Lift the red cube at least 10 cm off the table.'],
  ['cube-stack', 'Stack two cubes', 'Put the red cube on the green one.'],
  ['two-arm-handover', 'Hand a hammer over', 'Take the hammer with the left arm and give it to the right one.'],
].map(([name, title, instruction], index) => ({
  name,
  title,
  instruction,
  goal: instruction,
  suite: 'core',
  arms: index === 2 ? 2 : 1,
  tiers: ['S1', 'S2', 'S3', 'S4', 'M1', 'M2', 'M3', 'M4'],
  experts: ['S1', 'S2'],
}));

const SETTINGS: ConsoleSettings = {
  providers: [
    { provider: 'anthropic', key: 'none' },
    { provider: 'openai', key: 'environment' },
  ],
  canKeepKeys: false,
  writer: { kind: 'expert' },
  caps: { costUsd: 2, turns: 10 },
  notes: '',
  useNotes: false,
  folders: { home: '/home/lab/.local/share/capstan', episodes: '/home/lab/.local/share/capstan/episodes' },
  versions: { capstan: '0.1.0', node: '22.11.0' },
  shell: 'browser',
};

export const READY: CellStatus = {
  epoch: 1,
  stops: [],
  running: null,
  pace: { mode: 'run', pausing: false, waiting: null },
  driver: 'nobody',
  lease: null,
  readiness: [
    { part: 'robot', state: 'ready', detail: 'simulated arm, at rest', fix: '' },
    { part: 'recorder', state: 'ready', detail: 'recording', fix: '' },
    { part: 'window', state: 'ready', detail: 'beats ten times a second', fix: '' },
    { part: 'stop channel', state: 'ready', detail: 'echoes', fix: '' },
    { part: 'hardware button', state: 'not needed', detail: 'none is configured for this cell', fix: '' },
  ],
  delaysMs: { stop: 1.4, window: 40, session: 30 },
  speedScale: 0.5,
  robotTimeS: 12.3,
};

function channelOf(socket: WebSocket): Channel & { deliver(message: unknown): void } {
  const listeners: ((message: unknown) => void)[] = [];
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage: (listener) => {
      listeners.push(listener);
    },
    onClose: (listener) => {
      socket.on('close', () => listener('the window is gone'));
    },
    deliver: (message) => {
      for (const listener of listeners) listener(message);
    },
  };
}

export class ScriptedSession {
  readonly heard: Heard[] = [];
  readonly token = 'a-token-for-the-test';
  state: ConsoleState = NO_CELL;
  status: CellStatus = READY;
  /** Milliseconds until a stop is answered; null for never. */
  stopAnswerMs: number | null = 0;
  /** Whether new connections are accepted. */
  listens = { session: true, stop: true, control: true };
  private http: Server | undefined;
  private readonly open = new Map<WebSocket, 'session' | 'stop' | 'control'>();
  private readonly sessions = new Set<ReturnType<typeof serve<typeof CONSOLE_CONTRACT>>>();
  private readonly controls = new Set<ReturnType<typeof serve<typeof CONTROL_CONTRACT>>>();
  private readonly timers = new Set<ReturnType<typeof setInterval>>();

  private readonly pageFolder: string;
  private readonly answers: Partial<Answers>;

  /** @param pageFolder the built page, as out/console */
  constructor(pageFolder: string, answers: Partial<Answers> = {}) {
    this.pageFolder = pageFolder;
    this.answers = answers;
  }

  get origin(): string {
    const { port } = this.http!.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get url(): string {
    return `${this.origin}/#token=${this.token}`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => this.page(request.url ?? '/', response));
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      const path = (request.url ?? '').split('?')[0];
      const kind = path === CONSOLE_SOCKET ? 'session' : path === SOCKET_PATHS.stop ? 'stop' : 'control';
      if (!this.listens[kind]) {
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (made) => this.accept(made, kind));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    this.http = server;
    return this;
  }

  /** A new state, told to all windows. */
  tell(state: Partial<ConsoleState>): void {
    this.state = { ...this.state, ...state };
    for (const server of this.sessions) server.emit('state', this.state as never);
  }

  tellStatus(status: Partial<CellStatus>): void {
    this.status = { ...this.status, ...status };
    for (const server of this.controls) server.emit('status', this.status);
  }

  emit: ReturnType<typeof serve<typeof CONSOLE_CONTRACT>>['emit'] = (name, data) => {
    for (const server of this.sessions) server.emit(name, data);
  };

  /** Drops the connections of one kind, as when the other side dies. */
  drop(kind: 'session' | 'stop' | 'control'): void {
    for (const [socket, one] of this.open) if (one === kind) socket.terminate();
  }

  count(kind: Heard['socket'], name: string): number {
    return this.heard.filter((one) => one.socket === kind && one.name === name).length;
  }

  /** An open cell whose robot host is this server. */
  openCell(change: Partial<NonNullable<ConsoleState['cell']>> = {}): void {
    this.tell({
      phase: 'idle',
      cell: {
        id: 'episode-1',
        choice: { task: 'cube-lift', tier: 'S1', seed: 0, writer: { kind: 'expert' }, caps: {} },
        title: 'Lift the cube',
        instruction: 'Lift the red cube at least 10 cm off the table.',
        arms: 1,
        robotId: 'simulated-panda',
        robotKind: 'simulated',
        objects: ['red cube'],
        sockets: { url: this.origin.replace('http', 'ws'), token: this.token },
        block: 0,
        speedScale: 0.5,
        startedAt: '2026-01-01T10:00:00Z',
        ...change,
      },
    });
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const socket of this.open.keys()) socket.terminate();
    this.http?.close();
    this.http?.closeAllConnections();
  }

  private page(url: string, response: import('node:http').ServerResponse): void {
    const name = normalize(url.split('?')[0] === '/' ? '/index.html' : url.split('?')[0]).slice(1);
    try {
      const content = readFileSync(join(this.pageFolder, name));
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      const { html, policy } = pageWithPolicy(name === 'index.html' ? content.toString() : '', 'bm9uY2U');
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-cache' });
      response.end(name === 'index.html' ? html : content);
    } catch {
      response.writeHead(404).end();
    }
  }

  private accept(socket: WebSocket, kind: 'session' | 'stop' | 'control'): void {
    this.open.set(socket, kind);
    const timers: ReturnType<typeof setInterval>[] = [];
    socket.on('close', () => {
      this.open.delete(socket);
      for (const timer of timers) clearInterval(timer);
    });
    const every = (ms: number, act: () => void) => {
      const timer = setInterval(act, ms);
      timers.push(timer);
      this.timers.add(timer);
    };
    const channel = channelOf(socket);
    let client = '';
    const welcome = () => {
      if (kind === 'session') {
        this.sessions.add(serve(CONSOLE_CONTRACT, channel, this.sessionHandlers(), {}));
        return;
      }
      socket.send(JSON.stringify({ kind: 'welcome', version: SOCKETS_VERSION, episode: this.state.cell?.id ?? '' }));
      if (kind === 'stop') {
        every(CHALLENGE_MS, () => socket.send(JSON.stringify({ kind: 'challenge', nonce: `${performance.now()}` })));
        return;
      }
      const control = serve(CONTROL_CONTRACT, channel, this.controlHandlers(client), {
        beat: (beat) => {
          this.heard.push({ socket: 'control', name: 'beat', params: beat });
        },
        hold: (hold) => {
          this.heard.push({ socket: 'control', name: 'hold', params: hold });
        },
      });
      this.controls.add(control);
      socket.on('close', () => this.controls.delete(control));
      every(500, () => control.emit('status', this.status));
      control.emit('status', this.status);
    };
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.kind === 'hello') {
        if (message.token !== this.token) socket.close(4401, 'The token is wrong.');
        client = message.client;
        this.heard.push({ socket: kind, name: 'hello', params: message });
        welcome();
        return;
      }
      if (kind !== 'stop') {
        if (message.kind === 'request') this.heard.push({ socket: kind, name: message.name, params: message.params });
        channel.deliver(message);
        return;
      }
      this.heard.push({ socket: 'stop', name: message.kind, params: message });
      if (message.kind === 'stop' && this.stopAnswerMs !== null) {
        setTimeout(() => socket.send(JSON.stringify({ kind: 'closed', afterMs: 0.4 })), this.stopAnswerMs);
      }
    });
  }

  private sessionHandlers(): Answers {
    const nothing = async () => ({});
    return {
      state: async () => this.state,
      tasks: async () => ({ tasks: TASKS }),
      taskPicture: async () => ({ pngBase64: '' }),
      openCell: async () => {
        this.openCell();
        return {};
      },
      endCell: async () => {
        this.tell(NO_CELL);
        return {};
      },
      instruct: nothing,
      submit: nothing,
      decide: nothing,
      renewPreview: nothing,
      setSpeed: nothing,
      remark: nothing,
      proposeUndo: nothing,
      cancel: nothing,
      judge: async () => ({ success: false, message: 'not yet', parts: [] }),
      check: async () => ({
        ok: true,
        diagnostics: [],
        effects: { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] },
        missingFunctions: [],
      }),
      api: async () => ({ version: '1', functions: [], modules: [] }),
      expert: async () => ({ source: null }),
      look: async () => ({ views: [] }),
      episodes: async () => ({ episodes: [], skipped: [] }),
      annotateEpisode: nothing,
      deleteEpisode: nothing,
      restoreEpisode: nothing,
      skills: async () => ({ skills: [] }),
      benches: async () => ({ benches: [] }),
      startBench: async () => ({ id: 'bench-1' }),
      cancelBench: nothing,
      compareBenches: async () => ({ text: '' }),
      settings: async () => SETTINGS,
      changeSettings: async (change) => ({ ...SETTINGS, ...change }),
      setKey: async () => SETTINGS,
      testModel: async () => ({ ok: true, message: 'It answered.', hint: '' }),
      ...this.answers,
    };
  }

  private controlHandlers(client: string): Handlers<typeof CONTROL_CONTRACT> {
    const nothing = async () => ({});
    return {
      pause: nothing,
      goOn: nothing,
      step: nothing,
      jog: nothing,
      jogGripper: nothing,
      endProgram: nothing,
      takeLease: async ({ name }) => {
        this.tellStatus({ lease: { client, name } });
        return { outcome: 'granted' };
      },
      releaseLease: async () => {
        this.tellStatus({ lease: null });
        return {};
      },
      reset: async ({ stopId }) => {
        this.tellStatus({ stops: this.status.stops.filter(({ id }) => id !== stopId) });
        return {};
      },
    };
  }
}
