// Owns the critic of joints near the end of their range: from there the next motion may have no way.

import { PANDA_JOINT_LIMITS } from '../../../sim/robots/panda/limits.ts';
import { findingsOf, nameOf } from './limits.ts';
import type { Critic } from './trace.ts';

/** Closer to its limit than this, radians; the gate of the simulated cell refuses at 0.02. */
const MARGIN_RAD = 0.06;

export const JOINT_NEAR_LIMIT: Critic = {
  name: 'joint-near-limit',
  looksFor: 'a joint within 0.06 rad of its range',
  judge: (trace) =>
    findingsOf('joint-near-limit', trace, (arm) => {
      const { minRad, maxRad } = PANDA_JOINT_LIMITS;
      const rooms = arm.jointsRad.map((joint, j) => Math.min(joint - minRad[j], maxRad[j] - joint));
      const room = Math.min(...rooms);
      if (room > MARGIN_RAD) return undefined;
      return {
        badness: -room,
        message: `joint ${rooms.indexOf(room) + 1} of ${nameOf(trace, arm)} comes within ${room.toFixed(3)} rad of its limit: reach the place with another turn of the hand.`,
      };
    }),
};
