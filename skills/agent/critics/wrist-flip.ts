// Owns the critic of wrists that turn round on the way: cables twist, and what is held swings.

import { findingsOf, nameOf } from './limits.ts';
import type { ArmSample, Critic } from './trace.ts';

/** The last joint turns by more than this, radians: more than half a turn, after which the fingers are the same. */
const FLIP_RAD = 3.3;
/** Within so many ticks. */
const WINDOW = 300;
const WRIST = 6;

export const WRIST_FLIP: Critic = {
  name: 'wrist-flip',
  looksFor: 'a last joint that turns by more than 3.3 rad within 3 s',
  judge: (trace) => {
    const wrist = (arm: ArmSample) => arm.jointsRad[WRIST];
    return findingsOf('wrist-flip', trace, (arm, _before, index, at) => {
      const from = trace.samples[Math.max(0, at - WINDOW)].arms[index];
      const turned = Math.abs(wrist(arm) - wrist(from));
      if (turned < FLIP_RAD) return undefined;
      return {
        badness: turned,
        message: `${nameOf(trace, arm)} turns its wrist by ${turned.toFixed(1)} rad: take the grasp turned by half a turn about the tool's axis, which is the same for the fingers.`,
      };
    });
  },
};
