// Owns the figure of two workers against one: the same trials through the command people use.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledEntry } from '../../electron/session/installation.ts';
import type { Figure } from './figure.ts';

export async function measureWorkers(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  try {
    const run = (workers: number) => {
      const file = join(folder, `${workers}.json`);
      const words = [
        'bench',
        '--tasks',
        'cube-restack',
        '--trials',
        '40',
        '--workers',
        String(workers),
        '--out',
        folder,
        '--json',
        file,
      ];
      const { status, stderr } = spawnSync(process.execPath, [bundledEntry('capstan.js'), ...words], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`capstan bench failed: ${stderr}`);
      return JSON.parse(readFileSync(file, 'utf8'))[0];
    };
    const one = run(1);
    const two = run(2);
    const note = `${availableParallelism()} cores; same trace hash: ${one.traceHash === two.traceHash ? 'yes' : 'NO'}`;
    return [
      {
        what: 'two workers against one, 40 trials, start-up included',
        value: one.wallSeconds / two.wallSeconds,
        unit: 'x',
        budget: { kind: 'at least', value: 1.8 },
        note,
      },
      { what: 'simulated seconds per second, one worker', value: one.realTimeFactor, unit: 'x' },
      { what: 'simulated seconds per second, two workers', value: two.realTimeFactor, unit: 'x' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
