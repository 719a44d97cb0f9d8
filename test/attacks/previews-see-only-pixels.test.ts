// Proves that a preview above tier S1 is made of pixels and of the robot alone: what the simulator calls its objects, what
// they weigh, and what cannot be seen of them changes neither what is perceived nor what the preview shows.

import { describe, expect, it } from 'vitest';
import { readExpert } from '../../electron/session/installation.ts';
import type { Goal } from '../../sim/tasks/goal.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { checkedBlock, perceived, previewOf, withLiveCell } from '../unit/perceived-stand.ts';
import { loadTask, taskText } from '../unit/sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED) % 1000;
const tier = 'S3';
const NO_GOAL: Goal = { reached: { position: [0.5, 0, 0.3], withinM: 0.01 } };

/** The task under a goal that names nothing, so that words of the task mean nothing in sight. */
function silent(task: Task): Task {
  return { ...task, goal: NO_GOAL };
}

async function previewed(task: Task) {
  const { source } = readExpert('cube-lift', tier);
  const block = await checkedBlock(task, tier, source);
  return withLiveCell(task, seed, tier, async (cell) => {
    const start = await perceived(cell);
    return { start, facts: await previewOf(task, tier, block, start) };
  });
}

describe('a preview above tier S1', () => {
  it('is the same to the last bit, whatever the simulator calls its objects and whatever they weigh', {
    timeout: 240_000,
  }, async () => {
    const plain = await previewed(silent(loadTask('cube-lift')));
    const text = taskText('cube-lift').replaceAll('red cube', 'gizmo 17').replaceAll('table', 'doohickey');
    const renamed = parseTask(text, 'cube-lift/task.yaml');
    const heavy: Task = {
      ...renamed,
      world: {
        fixtures: renamed.world.fixtures.map((one) => ({ ...one, friction: [0.7, 0.01, 0.001] })),
        props: renamed.world.props.map((one) => ({ ...one, density: 3000, friction: [0.4, 0.01, 0.001] })),
        marks: [],
      },
    };
    const other = await previewed(silent(heavy));
    // What a heavier cube presses into the table before the first look is below a tenth of a millimetre, and seen by no
    // camera; the words and the forms are what counts.
    expect(other.start.perceived.things.map(({ name, form }) => ({ name, form }))).toEqual(
      plain.start.perceived.things.map(({ name, form }) => ({ name, form })),
    );
    expect(other.facts.outcome).toBe(plain.facts.outcome);
    expect(other.facts.grips?.map(({ object }) => object)).toEqual(plain.facts.grips?.map(({ object }) => object));
    expect(JSON.stringify([other.facts, other.start.perceived.meant])).not.toMatch(/gizmo|doohickey/);

    const sameWeights = await previewed(silent(renamed));
    expect(sameWeights.start.perceived).toEqual(plain.start.perceived);
    expect(sameWeights.facts).toEqual(plain.facts);
  });

  it('knows nothing of what no camera sees', { timeout: 240_000 }, async () => {
    const task = silent(loadTask('cube-lift'));
    const hidden: Task = {
      ...task,
      // Below the table, and inside it.
      world: {
        ...task.world,
        fixtures: [
          ...task.world.fixtures,
          {
            name: 'secret shelf',
            shape: 'box',
            position: [0.56, 0, -0.4],
            yaw: 0,
            size: [0.3, 0.3, 0.02],
            color: [1, 0, 0],
            friction: [1, 0.005, 0.0001],
            features: {},
          },
        ],
      },
    };
    const plain = await previewed(task);
    const other = await previewed(hidden);
    expect(other.start.perceived).toEqual(plain.start.perceived);
    expect(other.facts).toEqual(plain.facts);
  });
});
