// Owns the critic of fingertips that pass a keep-out volume closely: the gate would refuse a little more.

import { distanceToBounds, findingsOf, nameOf } from './limits.ts';
import type { Box, Critic } from './trace.ts';

/** Closer than this, metres. */
const MARGIN_M = 0.03;

export const NEAR_KEEP_OUT: Critic = {
  name: 'near-keep-out',
  looksFor: 'fingertips within 3 cm of a keep-out volume',
  judge: (trace) =>
    findingsOf('near-keep-out', trace, (arm) => {
      const away = (box: Box) => distanceToBounds(arm.tool.position, box);
      const [nearest] = [...trace.keepOuts].sort((a, b) => away(a) - away(b));
      if (nearest === undefined || away(nearest) > MARGIN_M) return undefined;
      return {
        badness: -away(nearest),
        message: `${nameOf(trace, arm)} passes ${Math.round(away(nearest) * 1000)} mm beside the keep-out "${nearest.name}": go around it by a way point.`,
      };
    }),
};
