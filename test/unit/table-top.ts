// A small world behind the policy API, in memory: two cubes on a table, an arm that goes where it is told at once.
// For tests of the language side only; it knows no physics.

import type { Vec3 } from '../../sim/spatial.ts';
import { PolicyError } from '../../skills/api/errors.ts';
import type { HighLevelImplementation } from '../../skills/api/implementation.ts';

export interface TableTop {
  readonly implementation: HighLevelImplementation;
  /** What was done, in order, as "gotoPose 0.5,0,0.3". */
  readonly log: string[];
}

const REACH_M = 0.855;

export function createTableTop(): TableTop {
  const log: string[] = [];
  const cubes = new Map<string, Vec3>([
    ['red cube', [0.5, 0.1, 0.02]],
    ['green cube', [0.5, -0.1, 0.02]],
  ]);
  const done = {
    reached: true,
    positionErrorM: 0.0001,
    rotationErrorRad: 0.001,
    durationS: 1,
    reason: 'reached',
  } as const;
  const find = (name: string): Vec3 => {
    const position = cubes.get(name);
    if (position) return position;
    throw new PolicyError({
      code: 'UNKNOWN_OBJECT',
      stage: 'perception',
      message: `Nothing here is called "${name}". Known: ${[...cubes.keys()].join(', ')}.`,
      hint: 'Use one of the names the message lists.',
    });
  };
  const implementation: HighLevelImplementation = {
    getObjectPose: async ({ name }) => {
      log.push(`getObjectPose ${name}`);
      return { position: find(name), quatWxyz: [1, 0, 0, 0], extent: [0.04, 0.04, 0.04] };
    },
    sampleGraspPose: async ({ name }) => {
      log.push(`sampleGraspPose ${name}`);
      return { position: find(name), quatWxyz: [0, 1, 0, 0], widthM: 0.04, score: 0.9 };
    },
    gotoPose: async ({ position, quatWxyz }) => {
      log.push(`gotoPose ${position.join(',')} ${quatWxyz.join(',')}`);
      const [x, y, z] = position;
      if (Math.sqrt(x * x + y * y + z * z) > REACH_M) {
        throw new PolicyError({
          code: 'UNREACHABLE',
          stage: 'planning',
          message: 'The pose is out of reach. Nothing moved.',
          hint: 'Choose a target closer to the robot.',
          motion: { ...done, reached: false, reason: 'not-reached' },
        });
      }
      return done;
    },
    openGripper: async ({ options }) => {
      log.push('openGripper');
      return { widthM: options?.widthM ?? 0.08, holding: false };
    },
    closeGripper: async () => {
      log.push('closeGripper');
      return { widthM: 0.04, holding: true };
    },
    homePose: async () => {
      log.push('homePose');
      return done;
    },
    say: async ({ text }) => {
      log.push(`say ${text}`);
    },
    sleep: async ({ seconds }) => {
      log.push(`sleep ${seconds}`);
    },
  };
  return { implementation, log };
}
