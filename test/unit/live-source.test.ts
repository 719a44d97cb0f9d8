import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicName } from '../../drivers/episode/reader.ts';
import { type MessageOf, TOPICS } from '../../drivers/episode/topics.ts';
import { encodeFrame } from '../../electron/ipc/cell-sockets.ts';
import type { SocketPlan } from '../../renderer/app/reconnecting-socket.ts';
import { openLiveSource } from '../../renderer/source/live-source.ts';
import { boundOf, SampleHistory } from '../../renderer/source/sample-history.ts';
import type { Source } from '../../renderer/source/source.ts';
import { SAMPLES } from './episode-samples.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED ?? 1);

/** A robot host that streams one episode, and can lose the connection. */
function stand(episode = 'e1') {
  let plan: SocketPlan | undefined;
  let seq = 0;
  const sequences = new Map<TopicName, number>();
  const sent: ArrayBuffer[] = [];
  const source = openLiveSource({
    url: 'ws://127.0.0.1:1',
    token: 't',
    client: 'window-1',
    openSocket: (given) => {
      plan = given;
      return { close: () => undefined, confirm: () => undefined };
    },
  });
  const text = (value: object) => plan?.onMessage(JSON.stringify(value));
  return {
    source,
    hello: () => JSON.parse(JSON.stringify(plan?.hello)) as Record<string, unknown>,
    text,
    raw: (data: string | ArrayBuffer) => plan?.onMessage(data),
    welcome: (of = episode) => text({ kind: 'welcome', version: 1, episode: of }),
    caughtUp: () => text({ kind: 'caught-up', seq }),
    tell<T extends TopicName>(topic: T, timeS: number, message: MessageOf<T>) {
      const sequence = sequences.get(topic) ?? 0;
      sequences.set(topic, sequence + 1);
      const ns = BigInt(Math.round(timeS * 1e9));
      const codec = TOPICS[topic] as unknown as { encode(message: unknown, stamp: object): Uint8Array };
      const data = codec.encode(message, { timeS, ns });
      const { buffer } = encodeFrame({ topic, seq, sequence, ns: String(ns), timeS }, data);
      seq += 1;
      sent.push(buffer);
      plan?.onMessage(buffer);
    },
    /** What was sent before, again from some number on. */
    again: (from = 0) => {
      for (const buffer of sent.slice(from)) plan?.onMessage(buffer);
    },
    down: () => plan?.onDown?.('lost'),
  };
}

const state = SAMPLES['/robot/state'];

describe('a live source', () => {
  it('follows what arrives until it is sought, and follows again when told', () => {
    const { source, welcome, tell, caughtUp } = stand();
    welcome();
    expect(source.playback()).toMatchObject({ following: true, loading: true });
    for (let tick = 0; tick <= 100; tick++) tell('/robot/state', tick / 100, state);
    caughtUp();
    expect(source.playback()).toMatchObject({ cursorS: 1, following: true, loading: false });
    expect(source.latest('/robot/state')?.timeS).toBe(1);
    const { jumps } = source.playback();
    source.seek(0.255);
    expect(source.playback()).toMatchObject({ cursorS: 0.255, following: false, jumps: jumps + 1 });
    expect(source.around('/robot/state').map((one) => one?.timeS)).toEqual([0.25, 0.26]);
    tell('/robot/state', 1.01, state);
    expect(source.playback()).toMatchObject({ cursorS: 0.255, span: { startS: 0, endS: 1.01 } });
    source.follow();
    expect(source.latest('/robot/state')?.timeS).toBe(1.01);
  });

  it('asks after a lost connection for what it does not have, and is not confused by what it has', () => {
    const host = stand();
    expect(host.hello()).toEqual({ kind: 'hello', version: 1, token: 't', client: 'window-1' });
    host.welcome();
    host.tell('/program', 0, SAMPLES['/program']);
    host.tell('/call', 1, SAMPLES['/call']);
    host.tell('/robot/state', 1, state);
    host.caughtUp();
    host.down();
    expect(host.source.playback().loading).toBe(true);
    expect(host.hello()).toMatchObject({ from: 3, episode: 'e1' });
    const story = host.source.story();
    host.welcome();
    host.again();
    host.caughtUp();
    expect(host.source.story()).toBe(story);
    host.tell('/call', 2, { ...SAMPLES['/call'], call: 3 });
    expect(host.source.story().blocks[0].calls).toHaveLength(2);
  });

  it('starts anew when another episode runs', () => {
    const host = stand();
    host.welcome();
    host.tell('/program', 5, SAMPLES['/program']);
    host.tell('/robot/state', 5, state);
    host.welcome('e2');
    expect(host.source.story().blocks).toHaveLength(0);
    expect(host.source.latest('/robot/state')).toBeUndefined();
    expect(host.source.playback().span).toEqual({ startS: 0, endS: 0 });
    expect(host.hello()).toMatchObject({ from: 0, episode: 'e2' });
  });

  it('says what it could not read, what is new to it and what it missed, and goes on', () => {
    const host = stand();
    host.welcome();
    host.raw('no JSON');
    host.raw(new ArrayBuffer(5));
    host.raw(encodeFrame({ topic: '/robot/new', seq: 1, sequence: 0, ns: '1', timeS: 1 }, new Uint8Array(3)).buffer);
    host.raw(encodeFrame({ topic: '/call', seq: 2, sequence: 0, ns: '1', timeS: 1 }, new Uint8Array(3)).buffer);
    host.text({ kind: 'skipped', samples: { '/tf': 4 } });
    host.text({ kind: 'skipped', samples: { '/tf': 3 } });
    host.tell('/robot/state', 1, state);
    const problems = host.source.problems().join('\n');
    for (const words of ['/robot/new is unknown', 'message 0 of /call is malformed', '7 samples of /tf']) {
      expect(problems).toContain(words);
    }
    expect(host.source.latest('/robot/state')?.timeS).toBe(1);
  });

  it('gives the poses of cameras with those of the bodies', () => {
    const host = stand();
    const pose = { position: [0, 0, 1], quatWxyz: [1, 0, 0, 0] } as const;
    const to = (childFrame: string) => ({ parentFrame: 'base', childFrame, parentFromChild: pose });
    host.welcome();
    host.tell('/tf', 0, { transforms: ['link0', 'link1', 'link2', 'hand'].map(to) });
    host.tell('/tf', 0.02, { transforms: [to('camera/scene')] });
    host.tell('/tf', 0.05, { transforms: ['link0', 'link1', 'link2', 'hand'].map(to) });
    const frames = (source: Source) => source.latest('/tf')?.message.transforms.map(({ childFrame }) => childFrame);
    expect(frames(host.source)).toEqual(['link0', 'link1', 'link2', 'hand', 'camera/scene']);
    expect(host.source.latest('/tf')).toBe(host.source.latest('/tf'));
    host.source.seek(0.03);
    expect(frames(host.source)).toEqual(['link0', 'link1', 'link2', 'hand']);
  });

  it('gives samples of a span, and steps by ticks and events', async () => {
    const host = stand();
    host.welcome();
    host.tell('/program', 0, SAMPLES['/program']);
    for (let tick = 0; tick <= 500; tick++) host.tell('/robot/state', tick / 100, state);
    const signal = new AbortController().signal;
    const span = { startS: 1, endS: 2 };
    const { timesS, values } = await host.source.samples('/robot/state', span, ({ timeS }) => [timeS], 1000, signal);
    expect([timesS.length, timesS[0], timesS[100], values[0][100]]).toEqual([101, 1, 2, 2]);
    host.source.seek(2);
    host.source.step({ ticks: -1 });
    expect(host.source.playback().cursorS).toBeCloseTo(1.99, 9);
    host.source.step({ events: -1 });
    expect(host.source.playback().cursorS).toBe(0);
  });
});

describe('the history of a topic', () => {
  it('stays within its bound, keeps the newest whole and something of everything before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 2000 }), fc.integer({ min: 5, max: 100 }), (byteLength, hz) => {
        const bound = { bytes: 400_000, wholeS: 2 };
        const history = new SampleHistory(bound);
        const seconds = 600;
        for (let i = 0; i < seconds * hz; i++) {
          history.add({ timeS: i / hz, sequence: i, byteLength, decode: () => undefined });
        }
        expect(history.byteLength).toBeLessThanOrEqual(bound.bytes);
        const times = history.entries.map(({ timeS }) => timeS);
        expect(times.at(-1)).toBe((seconds * hz - 1) / hz);
        expect(times.every((timeS, i) => i === 0 || times[i - 1] < timeS)).toBe(true);
        const fits = bound.wholeS * hz * (byteLength + 300) < bound.bytes / 2;
        if (!fits) return;
        const newest = times.filter((timeS) => timeS > times.at(-1)! - bound.wholeS + 1.5 / hz);
        expect(newest.length).toBeGreaterThanOrEqual(Math.floor(bound.wholeS * hz) - 2);
        expect(times[0]).toBe(0);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('never adds up to more than a window can spare', () => {
    const topics = Object.keys(TOPICS) as TopicName[];
    const bytes = topics.reduce((sum, topic) => sum + boundOf(topic).bytes, 0);
    expect(bytes).toBeLessThan(300 * 1024 * 1024);
  });
});
