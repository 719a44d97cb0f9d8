// Owns one sample of every topic's messages and a hand-driven clock, for the tests of episodes.

import type { EpisodeClock } from '../../drivers/episode/episode-clock.ts';
import type { EpisodeInfo } from '../../drivers/episode/episode-info.ts';
import type { CalibrationMessage, ImageMessage } from '../../drivers/episode/foxglove-image.ts';
import type { EpisodeMessage } from '../../drivers/episode/reader.ts';
import { createMemorySink } from '../../drivers/episode/sink.ts';
import type { MessageOf, TopicName } from '../../drivers/episode/topics.ts';
import { createEpisodeWriter, type EpisodeWriter, type EpisodeWriterOptions } from '../../drivers/episode/writer.ts';
import type { Pose } from '../../sim/spatial.ts';

export const INFO: EpisodeInfo = {
  id: '3f9c2ab1',
  task: 'cube-lift',
  seed: 7,
  robotId: 'simulated-panda',
  robotKind: 'simulated',
  tier: 'S1',
  policy: 'expert',
  instruction: 'Lift the red cube.',
  versions: { capstan: '0.1.0', mujoco: '3.14.0' },
};

const picture = (camera: string): ImageMessage => ({
  frame: `camera/${camera}`,
  format: 'png',
  data: Uint8Array.of(0x89, 0x50, 0, 0xff, 7),
});
const calibration = (camera: string): CalibrationMessage => ({
  frame: `camera/${camera}`,
  width: 480,
  height: 360,
  intrinsics: { fx: 434.5, fy: 434.5, cx: 240, cy: 1 / 3 },
});

const pose: Pose = { position: [0.4, -0.1, 1 / 3], quatWxyz: [0.5, -0.5, 0.1, 0.7] };

/** One message for each topic, with every optional field in use. */
export const SAMPLES: { readonly [T in TopicName]: MessageOf<T> } = {
  '/robot/joint_states': {
    joints: [
      { name: 'joint1', position: 0.1, velocity: -1e-17, effort: 3.25 },
      { name: 'finger1', position: 0.04 },
    ],
  },
  '/robot/tcp': { frame: 'base', pose },
  '/robot/right/tcp': { frame: 'base', pose },
  '/tf': { transforms: [{ parentFrame: 'base', childFrame: 'link1', parentFromChild: pose }] },
  '/scene': {
    entities: [
      {
        id: 'red_cube',
        frame: 'base',
        shapes: [
          { kind: 'box', pose, sizeM: [0.04, 0.04, 0.05], color: [0.8, 0.1, 0.1, 1] },
          { kind: 'cylinder', pose, sizeM: [0.1, 0.1, 0.2], color: [0, 1, 0, 0.5] },
          { kind: 'sphere', pose, sizeM: [0.1, 0.1, 0.1], color: [0, 0, 1, 1] },
        ],
      },
    ],
    volumes: [
      { name: 'room above the table', kind: 'allowed', min: [-0.5, -0.75, -0.112], max: [0.95, 0.75, 1.3] },
      { name: 'lamp', kind: 'keep-out', min: [0.1, 0.2, 0.3], max: [0.2, 0.3, 1.3] },
    ],
  },
  '/log': { level: 'warning', message: 'the disk is slow', name: 'recorder', file: 'writer.ts', line: 12 },
  '/camera/scene/image': picture('scene'),
  '/camera/scene/depth': picture('scene'),
  '/camera/scene/calibration': calibration('scene'),
  '/camera/wrist/image': picture('wrist'),
  '/camera/wrist/depth': picture('wrist'),
  '/camera/wrist/calibration': calibration('wrist'),
  '/camera/right_wrist/image': picture('right_wrist'),
  '/camera/right_wrist/depth': picture('right_wrist'),
  '/camera/right_wrist/calibration': calibration('right_wrist'),
  '/robot/state': {
    mode: 'moving',
    arms: [
      {
        jointPositionsRad: [0.1, 0.2, 0.3, -1.5, 0.5, 1.6, Math.PI / 4],
        jointVelocitiesRadPerS: [0, 0, 0, 0, 0, 0, 5e-324],
        commandedPositionsRad: [0.1, 0.2, 0.3, -1.5, 0.5, 1.6, 0.7],
        externalTorquesNm: [0, 0, 0, 0, 0, 0, 0],
        tool: pose,
        gripperWidthM: 0.0387,
        holding: true,
        commandedGripperWidthM: 0.08,
      },
    ],
  },
  '/robot/trace': {
    tick: 12,
    qpos: [0.1 + 0.2, -0.7853981633974483],
    qvel: [1e300, -5e-324],
    ctrl: [0],
    contacts: [{ a: 'finger1_pad', b: 'red_cube', forceN: 11.5 }],
  },
  '/marks': {
    layers: [
      {
        name: 'spill',
        points: [0.4, -0.1, 0.41, -0.1],
        look: { diameterM: 0.01, surfaceM: -0.112, colorSrgb: [0.3, 0.2, 0.1] },
      },
    ],
  },
  '/program': {
    block: 0,
    source: 'await openGripper()\n// é → 机器人',
    sha256: 'ab'.repeat(32),
    origin: 'edited',
    name: 'x.ts',
  },
  '/check': {
    block: 0,
    outcome: 'failed',
    durationMs: 12.5,
    diagnostics: [
      { code: 'TS2304', severity: 'error', message: 'no name `gotoPse`', line: 3, column: 7, hint: 'gotoPose?' },
    ],
  },
  '/preview': {
    block: 0,
    previewId: 'p1',
    outcome: 'failed',
    failure: { code: 'UNREACHABLE', message: 'too far', stage: 'planning', hint: 'nearer', line: 4, column: 1 },
    durationS: 4.2,
    topToolSpeedMPerS: 0.25,
    workspace: { min: [0.3, -0.2, 0.02], max: [0.6, 0.2, 0.5] },
    path: [[0.3, 0, 0.5]],
    contacts: [{ a: 'hand', b: 'table', timeS: 1.2, kind: 'unexpected' }],
    grips: [{ object: 'red_cube', timeS: 2, widthM: 0.04 }],
    output: ['hello'],
    predictedSuccess: 'unknown',
    lines: [{ line: 4, knowledge: 'predicted' }],
  },
  '/approval': {
    block: 0,
    decision: 'approved',
    by: 'operator',
    approvalHash: 'cd'.repeat(32),
    epoch: 3,
    previewId: 'p1',
    comment: 'ok',
  },
  '/gate': { event: 'refused', epoch: 3, block: 0, code: 'WORKSPACE', message: 'the goal lies outside the workspace' },
  '/call': {
    block: 0,
    call: 2,
    name: 'gotoPose',
    line: 4,
    column: 7,
    arguments: [[0.4, 0, 0.2], [0, 1, 0, 0], { zApproach: 0.1 }],
    outcome: 'threw',
    result: null,
    error: { code: 'UNREACHABLE', message: 'too far', stage: 'planning' },
    startTimeS: 1.25,
    endTimeS: 1.25,
  },
  '/output': { block: 0, channel: 'say', text: 'lifting', line: 5 },
  '/function': { block: 1, name: 'stackOn', source: 'function stackOn() {}', sha256: 'ab12', depth: 2 },
  '/turn': {
    event: 'ended',
    turn: 3,
    decision: 'finish',
    outcome: 'finished',
    message: 'the cube is lifted',
    budget: {
      costUsd: 0.0125,
      unpricedCalls: 1,
      calls: 4,
      tokens: 12345,
      turns: 3,
      wallS: 40.5,
      caps: { costUsd: 1, calls: 50, tokens: 100000, turns: 10, wallS: 600 },
    },
  },
  '/ensemble': {
    candidates: [
      {
        model: 'openai:small',
        temperature: 0.5,
        origin: 'candidate',
        decision: 'program',
        reply: '```ts\nawait homePose();\n```',
        fate: 'In the twin: ran to its end; the goal would not hold; moved nothing; 0 others end alike.',
        preview: { previewId: 'p1', outcome: 'passed', predictedSuccess: 'no', things: [] },
      },
    ],
    votes: { program: 1, finish: 0 },
    chosen: 0,
    reason: 'ran to its end',
    durationS: 2.5,
  },
  '/driver': { driver: 'operator', block: 1, by: 'ada' },
  '/remark': { block: 0, text: 'the left one' },
  '/stop': {
    stopId: 's1',
    source: 'operator',
    reason: 'Stop was pressed',
    epoch: 4,
    sent: true,
    restConfirmed: false,
    stopDurationS: null,
  },
  '/model': {
    call: 1,
    purpose: 'program',
    model: 'anthropic:claude-opus-5',
    request: {
      sha256: 'ef'.repeat(32),
      system: 'You write programs.',
      messages: [
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'Lift the red cube. 把红色方块举起来', stable: true },
            { kind: 'image', mediaType: 'image/png', sha256: '12'.repeat(32) },
          ],
        },
      ],
      temperature: 0.5,
      maxOutputTokens: 8000,
    },
    images: [{ sha256: '12'.repeat(32), mediaType: 'image/png', base64: 'iVBORw0KGgo=' }],
    reply: {
      text: 'FINISH: it is lifted',
      reasoning: 'The cube hangs in the air.',
      usage: { inputTokens: 1200, cachedInputTokens: 1000, cacheWriteTokens: 100, outputTokens: 8, estimated: true },
      requestId: 'req_1',
      firstPieceS: 0.8,
      durationS: 1.1,
    },
    costUsd: 0.0021,
    retries: 1,
    error: {
      code: 'REFUSED',
      message: 'the model refused',
      hint: 'say it otherwise',
      requestId: null,
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    },
  },
  '/result': {
    scope: 'block',
    block: 0,
    outcome: 'failed',
    stage: 'planning',
    message: 'the goal is out of reach',
    failure: { code: 'UNREACHABLE', message: 'too far' },
  },
};

export interface HandClock extends EpisodeClock {
  /** Lets time pass, or jump, and runs the timer tasks once. */
  pass(seconds: number): void;
}

/** A clock driven by hand, started on 2026-11-21 at noon UTC. */
export function createHandClock(): HandClock {
  const tasks = new Set<() => void>();
  let elapsed = 0;
  return {
    startedNs: BigInt(Date.UTC(2026, 10, 21, 12)) * 1_000_000n,
    elapsedNs: () => BigInt(Math.round(elapsed * 1e9)),
    every(_periodMs, task) {
      tasks.add(task);
      return () => tasks.delete(task);
    },
    pass(seconds) {
      elapsed += seconds;
      for (const task of tasks) task();
    },
  };
}

/** A recording in memory that a failing sink turns into a failing test. */
export function recordInMemory(options: Partial<EpisodeWriterOptions> = {}) {
  const sink = createMemorySink();
  const clock = createHandClock();
  const onError = (error: Error) => {
    throw error;
  };
  return { sink, clock, writer: createEpisodeWriter(sink, { info: INFO, clock, onError, ...options }) };
}

/** Records the sample of one topic under its own types. */
export function recordSample(writer: EpisodeWriter, topic: TopicName, timeS: number): void {
  const record = writer.record as (topic: TopicName, timeS: number, message: MessageOf<TopicName>) => void;
  record(topic, timeS, SAMPLES[topic]);
}

export async function collect(messages: AsyncIterable<EpisodeMessage>): Promise<EpisodeMessage[]> {
  const all: EpisodeMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}
