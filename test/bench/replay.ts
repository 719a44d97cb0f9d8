// Owns the price of a recording in a window: opening, seeking anywhere, and memory, on generated episodes of ten minutes
// and of four hours.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import { openFileSource } from '../../drivers/episode/node-file-source.ts';
import type { MessageOf } from '../../drivers/episode/topics.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { openReplaySource } from '../../renderer/source/replay-source.ts';
import { createRandomStream } from '../../sim/random.ts';
import type { Figure } from './figure.ts';

const SEEKS = 60;
const MEBI = 1024 * 1024;
/** As large as a compressed picture of a small camera. */
const PICTURE_BYTES = 40_000;

const state = (timeS: number): MessageOf<'/robot/state'> => ({
  mode: 'moving',
  arms: [
    {
      jointPositionsRad: Array.from({ length: 7 }, (_, joint) => Math.sin(timeS + joint)),
      jointVelocitiesRadPerS: Array.from({ length: 7 }, (_, joint) => Math.cos(timeS + joint)),
      commandedPositionsRad: Array.from({ length: 7 }, (_, joint) => Math.sin(timeS + joint + 0.01)),
      externalTorquesNm: [0, 0, 0, 0, 0, 0, 0],
      tool: { position: [Math.sin(timeS), 0, 0.3], quatWxyz: [0, 1, 0, 0] },
      gripperWidthM: 0.04,
      holding: false,
    },
  ],
});

/** An episode with two cameras and a call every two seconds. @returns its size in bytes */
async function generate(file: string, seconds: number, hz: number, pictureHz: number): Promise<number> {
  const info = {
    id: '00000000',
    task: 'bench',
    seed: 0,
    robotId: 'bench',
    robotKind: 'simulated' as const,
    tier: 'S1',
    policy: 'expert',
    versions: {},
  };
  const writer = createEpisodeWriter(await createNodeFileSink(file), {
    info,
    timeline: 'robot',
    onError: (error) => {
      throw error;
    },
  });
  const random = createRandomStream(1, 'pictures');
  const data = Uint8Array.from({ length: PICTURE_BYTES }, () => random.integer(256));
  writer.record('/program', 0, { block: 0, source: '', sha256: 'ab', origin: 'expert' });
  for (let tick = 0; tick < seconds * hz; tick++) {
    const timeS = tick / hz;
    const { arms } = state(timeS);
    writer.record('/robot/state', timeS, state(timeS));
    writer.record('/robot/joint_states', timeS, {
      joints: arms[0].jointPositionsRad.map((position, joint) => ({ name: `left/joint${joint + 1}`, position })),
    });
    if (tick % Math.round(hz / pictureHz) === 0) {
      for (const camera of ['scene', 'wrist'] as const) {
        writer.record(`/camera/${camera}/image`, timeS, { frame: `camera/${camera}`, format: 'png', data });
      }
    }
    if (tick % (2 * hz) === 0) {
      const times = { startTimeS: timeS, endTimeS: timeS };
      writer.record('/call', timeS, {
        block: 0,
        call: tick,
        name: 'gotoPose',
        arguments: [],
        outcome: 'returned',
        ...times,
      });
    }
    await writer.ready();
  }
  return (await writer.finish({ outcome: 'succeeded', message: 'bench' })).bytes;
}

function memoryMiB(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MEBI;
}

async function measureFile(name: string, file: string, seconds: number): Promise<Figure[]> {
  const before = memoryMiB();
  const bytes = await openFileSource(file);
  const started = performance.now();
  const source = await openReplaySource(bytes, { label: name }, new AbortController().signal);
  const openMs = performance.now() - started;
  while (source.playback().loading) await new Promise((resolve) => setTimeout(resolve, 5));
  const storyMs = performance.now() - started;
  const random = createRandomStream(2, 'seeks');
  const seeks: number[] = [];
  for (let seek = 0; seek < SEEKS; seek++) {
    const timeS = random.uniform(0, seconds - 1);
    const from = performance.now();
    source.seek(timeS);
    while (source.playback().cursorS !== timeS) await new Promise((resolve) => setImmediate(resolve));
    seeks.push(performance.now() - from);
  }
  const memory = memoryMiB() - before;
  source.dispose();
  await bytes.close();
  seeks.sort((a, b) => a - b);
  return [
    { what: `${name}: opens`, value: openMs, unit: 'ms', budget: { kind: 'at most', value: 1000 } },
    { what: `${name}: its story is read`, value: storyMs, unit: 'ms' },
    {
      what: `${name}: a seek anywhere, median`,
      value: seeks[SEEKS >> 1],
      unit: 'ms',
      budget: { kind: 'at most', value: 50 },
    },
    { what: `${name}: a seek anywhere, slowest of ${SEEKS}`, value: seeks[SEEKS - 1], unit: 'ms' },
    { what: `${name}: memory after ${SEEKS} seeks`, value: memory, unit: 'MiB' },
  ];
}

export async function measureReplay(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  try {
    const figures: Figure[] = [];
    // The long one is as many chunks long, and thinner, so that it fits a small disk.
    for (const [name, seconds, hz, pictureHz] of [
      ['10 minutes', 600, 100, 5],
      ['4 hours', 14_400, 10, 0.1],
    ] as const) {
      const file = join(folder, 'episode.mcap');
      const bytes = await generate(file, seconds, hz, pictureHz);
      figures.push({ what: `${name}: size of the file`, value: bytes / MEBI, unit: 'MiB' });
      figures.push(...(await measureFile(name, file, seconds)));
      rmSync(file);
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
