// Owns previews above tier S1: each runs in a world built from what was perceived, and from nothing else of the live
// cell but its robot. Must never be given the seed or the layout that the live world was drawn from.

import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { goalFor } from '../../sim/tasks/goal-for.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import { Cell, type CellOptions, type CheckedBlock } from './cell.ts';
import { rehearse } from './rehearsal.ts';
import type { SceneGuess } from './tier-side.ts';

export interface GuessedStart extends Omit<SceneGuess, 'onPredicted'> {
  /** The session in the sandbox as it is in the live cell. */
  readonly sandbox: Uint8Array;
}

export type TwinOptions = Omit<CellOptions, 'seed' | 'guess' | 'purpose' | 'requiredBeats' | 'awaitStep'>;

/** Runs one block in a fresh world of what was perceived. */
export async function rehearsePerceived(
  options: TwinOptions,
  block: CheckedBlock,
  { perceived, memory, sandbox }: GuessedStart,
  speedScale: number,
  previewId: string,
): Promise<PreviewFacts> {
  const refused = noWorld(options, perceived);
  if (refused !== undefined) return nothingRun(refused, perceived, previewId);
  let predictedAtS: number | null = null;
  let cell: Cell;
  try {
    cell = await Cell.open({
      ...options,
      seed: 0,
      purpose: 'preview',
      requiredBeats: [],
      guess: {
        perceived,
        memory,
        onPredicted: () => {
          predictedAtS ??= cell.world.timeS;
        },
      },
    });
  } catch (error) {
    if (!(error instanceof PhysicsError)) throw error;
    const message = `What was perceived does not hold together as a world: ${error.message}.`;
    return nothingRun({ ...NOTHING_SEEN, code: 'NO_PERCEIVED_WORLD', message }, perceived, previewId);
  }
  try {
    await cell.restore({ sandbox });
    const names = new Map(perceived.meant.map(({ words, name }) => [words, name]));
    const { goal, whole } = goalFor(options.task.goal, names);
    return await rehearse({
      cell,
      block,
      speedScale,
      previewId,
      goal,
      wholeGoal: whole,
      guess: { predictedAtS: () => predictedAtS },
    });
  } finally {
    await cell.dispose();
  }
}

type Refusal = NonNullable<PreviewFacts['failure']> & { readonly outcome: 'failed' | 'skipped' };

const NOTHING_SEEN = {
  outcome: 'failed',
  code: 'NOTHING_PERCEIVED',
  stage: 'perception',
  message:
    'No surface with anything on it was perceived: there is no world to preview the program in. The arm is still.',
  hint: 'Clear the view of the scene camera or move the arm out of it, then preview again.',
} as const satisfies Refusal;

/** Why there is no perceived world to run in; undefined when there is one. */
function noWorld({ task }: TwinOptions, { supports, things, marks }: GuessedStart['perceived']): Refusal | undefined {
  if (task.api === 'cart-pole') {
    return {
      outcome: 'skipped',
      code: 'NO_PERCEIVED_WORLD',
      stage: 'perception',
      message: 'There is no preview: how the cart-pole moves cannot be told from pictures. The arm is still.',
      hint: 'Read the program, and approve it yourself; every motion still passes the gate.',
    };
  }
  return supports.length === 0 || things.length + marks.length === 0 ? NOTHING_SEEN : undefined;
}

function nothingRun(
  { outcome, ...failure }: Refusal,
  { arms }: GuessedStart['perceived'],
  previewId: string,
): PreviewFacts {
  return {
    previewId,
    outcome,
    failure,
    world: 'perceived',
    startJointsRad: arms.map(({ jointPositionsRad }) => [...jointPositionsRad]),
    softExcesses: [],
    calls: 0,
  };
}
