// Owns the critic of fingers that come down with hardly any room beside what they take: a millimetre of error, and they
// push it away or land on it.

import { distanceToBounds, findingsOf, nameOf } from './limits.ts';
import type { Critic } from './trace.ts';

/** Room of both fingers together beside the thing when they come down on it, metres. */
const LEAST_ROOM_M = 0.006;
/** A thing is being taken when the fingertips are this close to it, metres. */
const AT_THING_M = 0.02;
/** How many ticks before the grip the fingers stand open around the thing. */
const BEFORE = 40;

export const TIGHT_GRASP: Critic = {
  name: 'tight-grasp',
  looksFor: 'fingers that open less than 6 mm wider than what they then take',
  judge: (trace) =>
    findingsOf('tight-grasp', trace, (arm, before, index, at) => {
      if (arm.held === undefined || before?.held !== undefined) return undefined;
      const thing = trace.things.find(({ name }) => name === arm.held);
      if (thing === undefined || distanceToBounds(arm.tool.position, thing) > AT_THING_M) return undefined;
      const open = Math.max(
        ...trace.samples.slice(Math.max(0, at - BEFORE), at).map(({ arms }) => arms[index].widthM),
        arm.widthM,
      );
      const room = open - arm.widthM;
      if (room > LEAST_ROOM_M) return undefined;
      return {
        badness: -room,
        message: `${nameOf(trace, arm)} takes ${arm.held} with ${Math.round(room * 1000)} mm of room between its fingers: open the gripper wider before it goes down.`,
      };
    }),
};
