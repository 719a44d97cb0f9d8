// Owns the cost of recording: processor time of the same trials with and without an episode being written.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { CellRecorder } from '../../electron/robot-host/cell-recorder.ts';
import { runTrial } from '../../electron/session/trial.ts';
import type { Figure } from './figure.ts';
import { inProcessSandbox, trialParts } from './trial-parts.ts';

const TRIALS = 6;

export async function measureRecorder(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  const { options, block } = await trialParts('cube-stack', await inProcessSandbox());
  const cpuS = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  let simS = 0;
  const run = async (seed: number, record: boolean) => {
    const started = cpuS();
    let finish: (() => Promise<unknown>) | undefined;
    const result = await runTrial({ ...options, seed }, block, async (cell) => {
      if (!record) return;
      const info = {
        id: '00000000',
        task: 'cube-stack',
        seed,
        robotId: 'bench',
        robotKind: 'simulated' as const,
        tier: 'S1',
        policy: 'expert',
        versions: {},
      };
      const writer = createEpisodeWriter(await createNodeFileSink(join(folder, `${seed}.mcap`)), {
        info,
        timeline: 'robot',
        onError: (error) => {
          throw error;
        },
      });
      const recorder = new CellRecorder(writer, cell.world, cell.robot);
      cell.observe({ onTick: () => recorder.tick(), onCall: (call) => recorder.call(0, call) });
      finish = () => writer.finish({ outcome: 'succeeded', message: 'bench' });
    });
    await finish?.();
    simS += record ? result.simSeconds : 0;
    return cpuS() - started;
  };
  try {
    await run(99, true);
    simS = 0;
    let extraS = 0;
    for (let seed = 0; seed < TRIALS; seed++) extraS += (await run(seed, true)) - (await run(seed, false));
    return [
      {
        what: 'recorder: processor time per second of robot time, 100 Hz trace',
        value: (100 * extraS) / simS,
        unit: '%',
        budget: { kind: 'at most', value: 15 },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
