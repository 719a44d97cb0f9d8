// Owns the critic of speed close above a surface: there a centimetre of error is a collision.

import { distance } from '../../../sim/spatial.ts';
import { findingsOf, nameOf } from './limits.ts';
import type { Critic } from './trace.ts';

/** Fingertips lower than this above a surface, metres. */
const NEAR_M = 0.03;
/** Downward faster than this there: m/s. An arm that finds the surface 10 mm higher has 0.03 s to stop. */
const FAST_M_PER_S = 0.3;
const TICK_S = 0.01;

export const FAST_NEAR_SURFACE: Critic = {
  name: 'fast-near-surface',
  looksFor: 'fingertips that go down faster than 0.3 m/s within 3 cm of a surface',
  judge: (trace) =>
    findingsOf('fast-near-surface', trace, (arm, before) => {
      if (before === undefined || trace.tool !== 'hand') return undefined;
      const [x, y, z] = arm.tool.position;
      const below = trace.surfaces.find(
        ({ min, max }) => x > min[0] && x < max[0] && y > min[1] && y < max[1] && z < max[2] + NEAR_M && z > min[2],
      );
      const down = (before.tool.position[2] - z) / TICK_S;
      if (below === undefined || down < FAST_M_PER_S) return undefined;
      const speed = distance(before.tool.position, arm.tool.position) / TICK_S;
      const aboveM = z - below.max[2];
      return {
        badness: down,
        message: `${nameOf(trace, arm)} moves at ${speed.toFixed(2)} m/s only ${Math.round(aboveM * 1000)} mm above the ${below.name}: pass a smaller speedScale for the last stretch.`,
      };
    }),
};
