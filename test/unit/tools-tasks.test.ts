import { describe, expect, test } from 'vitest';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { runProgram } from './program-trial.ts';
import { Drive, loadTask } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const DRAWINGS = [
  'drawing-hexagon',
  'drawing-line-through',
  'drawing-circles-around-blocks',
  'drawing-pyramid-on-ground',
  'drawing-erase',
  'drawing-bigger',
] as const;
const TASKS = ['nut-assembly', 'spill-wipe', ...DRAWINGS] as const;

describe.each(TASKS)('the expert of %s', (name) => {
  test('reaches the goal, which nothing reaches by itself', { timeout: 60_000 }, async () => {
    expect(await runProgram({ task: name, seed })).toMatchObject({ success: true, stage: null });
    expect(await runProgram({ task: name, seed, source: "await say('nothing');" })).toMatchObject({ success: false });
  });
});

describe('wiping', () => {
  test('presses far less than the limit', { timeout: 60_000 }, async () => {
    let forceN = 0;
    await runProgram({
      task: 'spill-wipe',
      seed,
      onOpen: (cell) =>
        cell.observe({
          onTick: () => {
            forceN = cell.world.marks.maxForceN('table');
          },
        }),
    });
    expect(forceN).toBeGreaterThan(3);
    expect(forceN).toBeLessThan(40);
  });

  test('gives the same trace twice, and half a wipe is no success', { timeout: 60_000 }, async () => {
    const source = `
      const { position: [x, y, z], extent } = await getObjectPose('brown spill');
      await gotoPose([x - extent[0] / 2, y, z - 0.002], [0, 1, 0, 0], { zApproach: 0.08 });
      await gotoPose([x, y, z - 0.002], [0, 1, 0, 0]);`;
    const [one, other] = [
      await runProgram({ task: 'spill-wipe', seed, source }),
      await runProgram({ task: 'spill-wipe', seed, source }),
    ];
    expect(one).toMatchObject({ success: false, stage: 'placement', message: expect.stringContaining('brown spill') });
    expect(other.traceHash).toBe(one.traceHash);
  });
});

describe('a tool without fingers', () => {
  test('takes the gripper and grasps out of the API, and gives boards their own functions', () => {
    const names = (task: string) => apiFor(apiChoice(loadTask(task), 'S1')).functions.map(({ name }) => name);
    expect(names('spill-wipe')).not.toEqual(expect.arrayContaining(['closeGripper']));
    expect(names('spill-wipe')).not.toEqual(expect.arrayContaining(['sampleGraspPose']));
    expect(names('spill-wipe')).not.toContain('draw');
    expect(names('drawing-hexagon')).toEqual(
      expect.arrayContaining(['getObjNames', 'getObjPos', 'getBbox', 'draw', 'erase', 'say']),
    );
  });

  test('refuses to grip, in words', async () => {
    const here = Drive.of('spill-wipe', seed);
    await expect(here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 })).rejects.toThrow(
      /the left arm has a wiping pad where its fingers would be/,
    );
    here.dispose();
  });
});

describe('misuse of the drawing functions', () => {
  test.each([
    ['a point off the board', 'await draw([[0.5, 0], [0.5, 0.4]]);', 'code', /points\[1\] .* off the board: x may be/],
    ['a single point', 'await draw([[0.5, 0]]);', 'code', /draw: points/],
    ['no number', 'await draw([[0.5, 0], [0.5, Number.NaN]]);', 'code', /draw: points/],
    ['an unknown name', "await getObjPos('blue block');", 'perception', /no object named "blue block"/],
  ])('%s is refused in words, and nothing is drawn', { timeout: 60_000 }, async (_what, source, stage, words) => {
    let ink: readonly number[] | undefined;
    const result = await runProgram({
      task: 'drawing-circles-around-blocks',
      seed,
      source,
      onOpen: (cell) => {
        ink = cell.world.marks.points('drawing');
      },
    });
    expect(result).toMatchObject({ success: false, stage, message: expect.stringMatching(words) });
    expect(ink).toEqual([]);
  });

  test('a line through a block is refused before anything moves', { timeout: 60_000 }, async () => {
    const source = "const [x, y] = await getObjPos('red block');\nawait draw([[x, y - 0.06], [x, y + 0.06]]);";
    const result = await runProgram({ task: 'drawing-circles-around-blocks', seed, source });
    expect(result).toMatchObject({ stage: 'planning', message: expect.stringMatching(/red block.*Nothing has moved/) });
  });
});
