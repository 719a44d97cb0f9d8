// Owns the critic of what is carried aslant: it slides out of the fingers, or spills.

import { atan2 } from '../../../sim/portable-math.ts';
import { cross, dot, norm, rotate } from '../../../sim/spatial.ts';
import { findingsOf, nameOf } from './limits.ts';
import type { ArmSample, Critic } from './trace.ts';

/** Away from how it was taken, radians: 30 degrees. */
const TILT_RAD = 0.52;

export const TILT_WHILE_CARRYING: Critic = {
  name: 'tilt-while-carrying',
  looksFor: 'a hand that leans by more than 30 degrees from how it took what it carries',
  judge: (trace) => {
    const taken = new Map<number, ArmSample>();
    return findingsOf('tilt-while-carrying', trace, (arm, before, index) => {
      if (arm.held === undefined) {
        taken.delete(index);
        return undefined;
      }
      if (before?.held !== arm.held || !taken.has(index)) taken.set(index, arm);
      const from = taken.get(index) ?? arm;
      const [a, b] = [from, arm].map(({ tool }) => rotate(tool.quatWxyz, [0, 0, 1]));
      const lean = atan2(norm(cross(a, b)), dot(a, b));
      if (lean < TILT_RAD) return undefined;
      return {
        badness: lean,
        message: `${nameOf(trace, arm)} carries ${arm.held} ${Math.round((lean * 180) / Math.PI)} degrees aslant: keep the hand as it was when it took the thing, unless the task wants it turned.`,
      };
    });
  },
};
