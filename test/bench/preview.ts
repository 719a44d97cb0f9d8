// Owns the figure of a preview: a session as people have it, and a program that moves for about 20 s.

import { readRig, readTask } from '../../electron/session/installation.ts';
import { Session } from '../../electron/session/session.ts';
import { type Figure, median } from './figure.ts';

/** Moves for a good 20 s of robot time and touches nothing. */
const PROGRAM = `
for (let round = 0; round < 6; round++) {
  await gotoPose([0.5, 0.2, 0.2], [0, 1, 0, 0], { speedScale: 0.5 });
  await gotoPose([0.5, -0.2, 0.2], [0, 1, 0, 0], { speedScale: 0.5 });
  await sleep(1.0);
}
`;

export async function measurePreview(): Promise<Figure[]> {
  const session = await Session.open({
    taskFile: readTask('cube-stack'),
    rigFile: readRig(),
    seed: 0,
    tier: 'S1',
    pace: 'fast',
    recordFolder: null,
    previews: true,
    policy: 'bench',
    events: {},
  });
  try {
    const checked = await session.check(PROGRAM, 'file');
    const block = session.blockOf(PROGRAM, checked);
    const first = await session.preview(block, 1);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const started = performance.now();
      await session.preview(block, 1);
      times.push((performance.now() - started) / 1000);
    }
    const motionS = first.durationS ?? 0;
    return [
      {
        what: `preview of ${motionS.toFixed(1)} s of motion, per 20 s`,
        value: (median(times) / motionS) * 20,
        unit: 's',
        budget: { kind: 'at most', value: 1.5 },
      },
    ];
  } finally {
    await session.close();
  }
}
