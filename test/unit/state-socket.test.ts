import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { OutgoingFrame } from '../../electron/ipc/cell-guard-contract.ts';
import { encodeFrame, splitFrame } from '../../electron/ipc/cell-sockets.ts';
import { StateLog } from '../../electron/robot-host/state-log.ts';
import { StateSocket, type StateSocketOptions } from '../../electron/robot-host/state-socket.ts';

const EPISODE = 'e1';
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function frame(seq: number, kind: 'kept' | 'sample', byteLength = 10): OutgoingFrame {
  const topic = kind === 'kept' ? '/call' : '/robot/state';
  const data = new Uint8Array(byteLength).fill(seq % 256);
  const bytes = encodeFrame({ topic, seq, sequence: seq, ns: String(seq), timeS: seq }, data);
  return { seq, topic, key: kind === 'kept' ? null : topic, bytes };
}

/** A state socket, and how a window of it connects. */
async function serveState(options: Partial<StateSocketOptions> = {}) {
  const log = options.log ?? new StateLog();
  const state = new StateSocket({ log, episode: EPISODE, ...options });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  let from: number | undefined;
  server.on('connection', (socket) => {
    const hello = { kind: 'hello', version: 1, token: '', client: 'window-1', from, episode: EPISODE } as const;
    state.welcome({ socket, hello, refuse: () => undefined });
  });
  ends.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    void log.close();
  });
  return {
    state,
    connect: async (start?: number) => {
      from = start;
      const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const seqs: number[] = [];
      const texts: Record<string, unknown>[] = [];
      const heard = { socket, seqs, texts, wrong: 0 };
      socket.on('message', (data, isBinary) => {
        if (!isBinary) {
          texts.push(JSON.parse(String(data)));
          return;
        }
        const { header, data: bytes } = splitFrame(data as Buffer);
        seqs.push(header.seq);
        if (bytes.some((byte) => byte !== header.seq % 256)) heard.wrong += 1;
      });
      await once(socket, 'open');
      return heard;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('The state socket', () => {
  test('begins with what is never dropped and the newest sample, in order, and goes on live', async () => {
    const { state, connect } = await serveState();
    state.add([frame(0, 'kept'), frame(1, 'sample'), frame(2, 'kept'), frame(3, 'sample'), frame(4, 'kept')]);
    const heard = await connect();
    await until(() => heard.texts.length > 0);
    expect(heard.seqs).toEqual([0, 2, 3, 4]);
    expect(heard.texts).toEqual([{ kind: 'caught-up', seq: 5 }]);
    state.add([frame(5, 'sample'), frame(6, 'kept')]);
    await until(() => heard.seqs.length === 6);
    expect(heard.seqs).toEqual([0, 2, 3, 4, 5, 6]);
  });

  test('tells a window that comes back only what it does not have', async () => {
    const { state, connect } = await serveState();
    state.add([frame(0, 'kept'), frame(1, 'sample'), frame(2, 'kept'), frame(3, 'kept')]);
    const heard = await connect(3);
    await until(() => heard.texts.length > 0);
    expect(heard.seqs).toEqual([3]);
  });

  test('leaves a slow window nothing out but samples, and counts those; another window does not notice', async () => {
    const { state, connect } = await serveState({ highWaterBytes: 64 * 1024 });
    const slow = await connect();
    const quick = await connect();
    await until(() => slow.texts.length > 0 && quick.texts.length > 0);
    slow.socket.pause();
    const bytes = 100_000;
    for (let seq = 0; seq < 400; seq += 2) {
      state.add([frame(seq, 'kept', bytes), frame(seq + 1, 'sample')]);
      if (seq % 20 === 0) await until(() => quick.seqs.length === seq + 2);
    }
    await until(() => quick.seqs.length === 400);
    expect(slow.seqs.length).toBeLessThan(400);
    slow.socket.resume();
    await until(() => slow.texts.length > 1);
    const kept = slow.seqs.filter((seq) => seq % 2 === 0);
    expect(kept).toEqual(Array.from({ length: 200 }, (_, i) => 2 * i));
    expect(slow.seqs).toEqual([...slow.seqs].sort((a, b) => a - b));
    expect(slow.seqs.at(-1)).toBe(399);
    const samples = slow.seqs.length - kept.length;
    expect(slow.texts[1]).toEqual({ kind: 'skipped', samples: { '/robot/state': 200 - samples } });
    expect(slow.wrong + quick.wrong).toBe(0);
    expect(quick.texts).toHaveLength(1);
  });

  test('lets a window go that takes nothing any more, and welcomes it back', async () => {
    const { state, connect } = await serveState({ highWaterBytes: 64 * 1024, hopelessMs: 100 });
    const stuck = await connect();
    await until(() => stuck.texts.length > 0);
    stuck.socket.pause();
    for (let seq = 0; seq < 300; seq++) state.add([frame(seq, 'kept', 100_000)]);
    setTimeout(() => stuck.socket.resume(), 1000);
    await once(stuck.socket, 'close');
    const seqs = stuck.seqs;
    // On a busy machine it may be let go again; each time it gets on from where it was.
    while (seqs.length < 300) {
      const back = await connect(seqs.length);
      await until(() => back.texts.length > 0 || back.socket.readyState === WebSocket.CLOSED);
      seqs.push(...back.seqs);
    }
    expect(seqs).toEqual(Array.from({ length: 300 }, (_, seq) => seq));
  });

  test('gives what went to the file back as it was, while more is written', async () => {
    const log = new StateLog(200_000);
    const { state, connect } = await serveState({ log });
    for (let seq = 0; seq < 100; seq++) state.add([frame(seq, 'kept', 10_000)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const heard = await connect();
    for (let seq = 100; seq < 200; seq++) state.add([frame(seq, 'kept', 10_000)]);
    await until(() => heard.seqs.length === 200);
    expect(heard.seqs).toEqual(Array.from({ length: 200 }, (_, seq) => seq));
    expect(heard.wrong).toBe(0);
    expect(log.read(0)).toBeInstanceOf(Promise);
  });
});
