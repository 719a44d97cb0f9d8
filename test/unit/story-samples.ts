// Stories and previews as the window knows them, small and made by hand, for tests of panels.

import type { CardPreview, CheckSummary, ConsoleProposal } from '../../electron/ipc/console-contract.ts';
import type { Story, StoryBlock } from '../../renderer/source/story.ts';

export function effectsOf(
  calls: readonly (readonly [name: string, risk: string, lines: number[]])[],
): CheckSummary['effects'] {
  return {
    calls: calls.map(([name, risk, lines]) => ({ name, risk, lines, repeatedLines: [] })),
    objectNames: [],
    computedNameLines: [],
    imports: [],
    loops: [],
  };
}

export const CHECK: CheckSummary = {
  ok: true,
  diagnostics: [],
  effects: effectsOf([
    ['getObjectPose', 'look', [1]],
    ['gotoPose', 'move', [2, 4]],
    ['closeGripper', 'grip', [3]],
  ]),
  missingFunctions: [],
};

export const PREVIEW: CardPreview = {
  previewId: 'preview-1',
  outcome: 'passed',
  durationS: 6.2,
  topToolSpeedMPerS: 0.41,
  workspace: { min: [0.3, -0.1, 0.02], max: [0.6, 0.2, 0.4] },
  path: [
    [0.3, 0, 0.4],
    [0.3, 0, 0.1],
    [0.6, 0, 0.1],
  ],
  contacts: [{ a: 'left_finger', b: 'red cube', timeS: 2.1, kind: 'expected' }],
  grips: [{ object: 'red cube', timeS: 2.4, widthM: 0.04 }],
  output: [],
  predictedSuccess: 'yes',
  lines: [
    { line: 1, knowledge: 'exact' },
    { line: 2, knowledge: 'exact' },
    { line: 3, knowledge: 'exact' },
    { line: 4, knowledge: 'exact' },
  ],
  world: 'copied',
  motions: { count: 2, onPredictedLooks: 0 },
  softExcesses: [],
  calls: 4,
};

export const SOURCE = [
  "const cube = await getObjectPose('red cube');",
  'await gotoPose(cube.position, [0, 1, 0, 0]);',
  'await closeGripper();',
  'await gotoPose([0.5, 0, 0.4], [0, 1, 0, 0]);',
].join('\n');

export const PROPOSAL: ConsoleProposal = {
  id: 'question-1',
  block: 0,
  source: SOURCE,
  sha256: 'a'.repeat(64),
  origin: 'model',
  claim: 'I lift the red cube.',
  check: CHECK,
  preview: PREVIEW,
  stale: null,
  refusedEdit: null,
  previous: null,
};

let lastNs = 0n;

/** A message of the episode; each later one a millisecond younger than the one before. */
export function message<T extends Story[keyof Story]>(topic: string, timeS: number, body: unknown): T {
  lastNs += 1_000_000n;
  return { topic, timeS, logTimeNs: lastNs, sequence: Number(lastNs / 1_000_000n), message: body } as unknown as T;
}

export function call(line: number | undefined, startTimeS: number, endTimeS: number): StoryBlock['calls'][number] {
  const body = { block: 0, call: 0, name: 'gotoPose', line, arguments: [], outcome: 'returned', startTimeS, endTimeS };
  return message('/call', endTimeS, body) as never;
}

export function block(some: Partial<StoryBlock> = {}): StoryBlock {
  const program = { block: some.block ?? 0, source: SOURCE, sha256: 'a'.repeat(64), origin: 'model' };
  return {
    block: 0,
    attempt: 0,
    program: message('/program', 0, program) as never,
    check: undefined,
    preview: undefined,
    approval: undefined,
    calls: [],
    output: [],
    functions: [],
    result: undefined,
    startS: null,
    endS: null,
    ...some,
  };
}

export function story(some: Partial<Story> = {}): Story {
  return {
    revision: 1,
    blocks: [],
    stops: [],
    gate: [],
    turns: [],
    models: [],
    ensembles: [],
    remarks: [],
    log: [],
    result: undefined,
    ...some,
  };
}
