// Owns which plots there are: what each takes of a sample, in which unit, between which limits. Pure.

import type { EpisodeMessage } from '../../../drivers/episode/reader.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS, PANDA_TOOL_LIMITS } from '../../../sim/robots/panda/limits.ts';

type State = EpisodeMessage<'/robot/state'>;
type Joints = EpisodeMessage<'/robot/joint_states'>;

export interface Series {
  readonly label: string;
  /** Drawn dashed: what was wanted, beside what was. */
  readonly isCommand?: boolean;
  /** Which colour; a command has that of what it commands. */
  readonly colour: number;
}

export interface PlotPreset {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** Levels that are drawn as limits. */
  readonly limits: readonly { readonly level: number; readonly label: string }[];
  readonly source:
    | { readonly topic: '/robot/state'; readonly pick: (message: State) => readonly number[] }
    | { readonly topic: '/robot/joint_states'; readonly pick: (message: Joints) => readonly number[] };
  /** Rows as picked become the series: a speed is made of positions. */
  readonly derive?: 'speed';
}

const joints = (isCommand = false): Series[] =>
  Array.from({ length: JOINT_COUNT }, (_, joint) => ({
    label: isCommand ? `joint ${joint + 1} commanded` : `joint ${joint + 1}`,
    isCommand,
    colour: joint,
  }));

/** Equal limits of several joints are one line. */
function limitsOf(values: readonly number[], sign: 1 | -1 = 1) {
  const byLevel = new Map<number, number[]>();
  values.forEach((value, joint) => {
    byLevel.set(sign * value, [...(byLevel.get(sign * value) ?? []), joint + 1]);
  });
  return [...byLevel].map(([level, of]) => ({ level, label: `limit of joint ${of.join(', ')}` }));
}

/** The plots of one arm. @param arm 0 left or only, 1 right */
function presetsOf(arm: number): readonly PlotPreset[] {
  const armOf = ({ message }: State) => message.arms[arm];
  const nothing: readonly number[] = [];
  const { minRad, maxRad, speedRadPerS, torqueNm } = PANDA_JOINT_LIMITS;
  return [
    {
      id: 'position',
      title: 'Joint position',
      unit: 'rad',
      series: [...joints(), ...joints(true)],
      limits: [...limitsOf(minRad), ...limitsOf(maxRad)],
      source: {
        topic: '/robot/state',
        pick: (message) => {
          const one = armOf(message);
          return one === undefined ? nothing : [...one.jointPositionsRad, ...one.commandedPositionsRad];
        },
      },
    },
    {
      id: 'velocity',
      title: 'Joint velocity',
      unit: 'rad/s',
      series: joints(),
      limits: [...limitsOf(speedRadPerS), ...limitsOf(speedRadPerS, -1)],
      source: { topic: '/robot/state', pick: (message) => armOf(message)?.jointVelocitiesRadPerS ?? nothing },
    },
    {
      id: 'torque',
      title: 'Joint torque',
      unit: 'Nm',
      series: joints(),
      limits: [...limitsOf(torqueNm), ...limitsOf(torqueNm, -1)],
      source: {
        topic: '/robot/joint_states',
        pick: ({ message }) =>
          message.joints.slice(arm * JOINT_COUNT, (arm + 1) * JOINT_COUNT).map(({ effort }) => effort ?? Number.NaN),
      },
    },
    {
      id: 'external',
      title: 'External torque',
      unit: 'Nm',
      series: joints(),
      limits: [],
      source: { topic: '/robot/state', pick: (message) => armOf(message)?.externalTorquesNm ?? nothing },
    },
    {
      id: 'gripper',
      title: 'Gripper width',
      unit: 'mm',
      series: [
        { label: 'width', colour: 0 },
        { label: 'width commanded', isCommand: true, colour: 0 },
        { label: 'holding (10 = yes)', colour: 2 },
      ],
      limits: [
        { level: 0, label: 'closed' },
        { level: 80, label: 'open' },
      ],
      source: {
        topic: '/robot/state',
        pick: (message) => {
          const one = armOf(message);
          if (one === undefined) return nothing;
          const commanded = one.commandedGripperWidthM ?? Number.NaN;
          return [one.gripperWidthM * 1000, commanded * 1000, one.holding ? 10 : 0];
        },
      },
    },
    {
      id: 'speed',
      title: 'Tool speed',
      unit: 'm/s',
      series: [{ label: 'speed of the fingertip', colour: 0 }],
      limits: [{ level: PANDA_TOOL_LIMITS.speedMPerS, label: 'limit of the arm' }],
      source: { topic: '/robot/state', pick: (message) => armOf(message)?.tool.position ?? nothing },
      derive: 'speed',
    },
  ];
}

/** By arm: 0 left or only, 1 right. Made once: samples are remembered by what picks them. */
export const PRESETS: readonly (readonly PlotPreset[])[] = [presetsOf(0), presetsOf(1)];

/** Speed between neighbouring samples of a position, as the one series; NaN where there is no neighbour. */
export function speedOf(timesS: Float64Array, [x, y, z]: readonly Float64Array[]): Float64Array {
  return Float64Array.from(timesS, (timeS, i) => {
    const overS = i === 0 ? 0 : timeS - timesS[i - 1];
    if (overS <= 0) return Number.NaN;
    return Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1], z[i] - z[i - 1]) / overS;
  });
}
