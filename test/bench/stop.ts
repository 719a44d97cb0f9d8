// Owns the figure of a stop under full load: a world running as fast as it can on the same thread, and stops sent to
// the robot host by its session, measured until the robot was told and until the arm rested.

import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { readExpert, readRig, readTask } from '../../electron/session/installation.ts';
import { Session } from '../../electron/session/session.ts';
import { type Figure, percentile } from './figure.ts';

const ROUNDS = 30;

export async function measureStop(): Promise<Figure[]> {
  const { source } = readExpert('cube-restack', 'S1');
  const latched: number[] = [];
  const brakingS: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let stoppedAtMs = 0;
    const session = await Session.open({
      taskFile: readTask('cube-restack'),
      rigFile: readRig(),
      seed: round,
      tier: 'S1',
      pace: 'fast',
      recordFolder: null,
      previews: false,
      policy: 'bench',
      events: {
        stopped: () => {
          stoppedAtMs = performance.now();
        },
      },
    });
    try {
      const checked = await session.check(source, 'expert');
      const block = session.blockOf(source, checked);
      const offer = await session.offer(block, PLAIN_RUN);
      await session.approve(offer, { kind: 'automatic', name: 'bench' }, PLAIN_RUN);
      const running = session.run(block, offer.offerId, PLAIN_RUN, checked);
      await new Promise((resolve) => setTimeout(resolve, 40 + 5 * round));
      const started = performance.now();
      const report = await session.stop('bench');
      latched.push(stoppedAtMs - started);
      if (report.stopDurationS !== null) brakingS.push(report.stopDurationS);
      await running;
    } finally {
      await session.close();
    }
  }
  return [
    {
      what: `stop sent -> gate closed and back, p99 of ${ROUNDS}, full load`,
      value: percentile(latched, 0.99),
      unit: 'ms',
      budget: { kind: 'at most', value: 20 },
    },
    { what: 'gate closed -> arm at rest, longest (robot time)', value: Math.max(...brakingS), unit: 's' },
  ];
}
