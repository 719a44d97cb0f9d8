// Proves "undo that": the program that is written puts things back on a real robot, from what a program of the tier could
// know, and what cannot be put back is refused in words.

import { describe, expect, test } from 'vitest';
import type { Cell } from '../../electron/session/cell.ts';
import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { distance, type Pose, type Quat, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';
import { undoProgram } from '../../skills/agent/undo.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import type { FoundObject } from '../../skills/api/scene-knowledge.ts';
import { check } from './checked-program.ts';
import { checkedBlock, withLiveCell } from './perceived-stand.ts';
import { loadTask } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED) % 1000;
const S1 = apiFor({ tier: 'S1', arms: 1 });

/** Runs a program in a cell; gives back what each call of getObjectPose found. */
async function run(cell: Cell, source: string): Promise<FoundObject[]> {
  const block = await checkedBlock(cell.task, cell.api.tier, source);
  const found: FoundObject[] = [];
  cell.observe({
    onCall: ({ name, argsJson, reply }) => {
      if (name !== 'getObjectPose' || !reply.ok) return;
      const { extent, ...pose } = JSON.parse(reply.resultJson) as Pose & { extent: Vec3 };
      found.push({ name: JSON.parse(argsJson)[0], pose, extent });
    },
  });
  const offer = cell.gate.offer(await cell.claims(block, PLAIN_RUN));
  cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'test' });
  const outcome = await cell.run(block, offer.id, PLAIN_RUN);
  if (outcome.status === 'failed') throw new Error(`${source}\n${JSON.stringify(outcome.error)}`);
  return found.slice();
}

/** A program that asks where things are. */
function look(...names: string[]): string {
  return ['await homePose();', ...names.map((name) => `await getObjectPose('${name}');`)].join('\n');
}

function placesOf(cell: Cell, names: readonly string[]): Vec3[] {
  return names.map((name) => cell.world.thing(name)?.pose.position as Vec3);
}

async function stackAndUndo(tier: Tier): Promise<number[]> {
  const names = ['red cube', 'green cube'];
  return await withLiveCell(loadTask('cube-stack'), seed, tier, async (cell) => {
    const stood = placesOf(cell, names);
    const before = await run(cell, look(...names));
    await run(cell, readExpert('cube-stack', 'S1').source);
    const after = await run(cell, look(...names));
    const undo = undoProgram({ api: cell.api, before, after });
    if (undo.kind === 'refused') throw new Error(undo.reason);
    expect(undo.names).toEqual(['red cube']);
    await run(cell, undo.source);
    return placesOf(cell, names).map((place, i) => distance(place, stood[i]));
  });
}

function thing(
  name: string,
  position: Vec3,
  quatWxyz: Quat = [1, 0, 0, 0],
  extent: Vec3 = [0.04, 0.04, 0.04],
): FoundObject {
  return { name, pose: { position, quatWxyz }, extent };
}

function reasonOf(before: readonly FoundObject[], after: readonly FoundObject[], more: object = {}): string {
  const undo = undoProgram({ api: S1, before, after, ...more });
  return undo.kind === 'refused' ? undo.reason : `it wrote a program: ${undo.source}`;
}

const RED = thing('red cube', [0.5, 0, 0.02]);
const GREEN = thing('green cube', [0.5, 0.2, 0.02]);

describe('undoing a program', () => {
  test('puts a stacked cube back where the truth says it was', async () => {
    for (const awayM of await stackAndUndo('S1')) expect(awayM).toBeLessThan(0.005);
  });

  test('puts a stacked cube back where it was seen', async () => {
    for (const awayM of await stackAndUndo('S2')) expect(awayM).toBeLessThan(0.015);
  });

  test('puts down what the hand holds', async () => {
    await withLiveCell(loadTask('cube-lift'), seed, 'S1', async (cell) => {
      const [stood] = placesOf(cell, ['red cube']);
      const before = await run(cell, look('red cube'));
      await run(cell, readExpert('cube-lift', 'S1').source);
      const after = await run(cell, "await getObjectPose('red cube');");
      const [{ tool, holding }] = (await cell.robot.state()).arms;
      expect(holding).toBe(true);
      const undo = undoProgram({ api: cell.api, before, after, hand: { holds: 'red cube', tool } });
      if (undo.kind === 'refused') throw new Error(undo.reason);
      await run(cell, undo.source);
      expect(distance(placesOf(cell, ['red cube'])[0], stood)).toBeLessThan(0.005);
      expect((await cell.robot.state()).arms[0].holding).toBe(false);
    });
  });

  test('moves what is in the way first, and what carries before what is carried', async () => {
    const onGreen = thing('red cube', [0.5, 0.2, 0.06]);
    const unstacked = undoProgram({
      api: S1,
      before: [onGreen, GREEN],
      after: [RED, thing('green cube', [0.6, -0.2, 0.02])],
    });
    expect(unstacked).toMatchObject({ kind: 'program', names: ['green cube', 'red cube'] });
    const pushed = undoProgram({
      api: S1,
      before: [RED, GREEN],
      after: [GREEN, thing('green cube', [0.6, -0.2, 0.02])].map((one, i) => ({ ...one, name: [RED, GREEN][i].name })),
    });
    expect(pushed).toMatchObject({ kind: 'program', names: ['red cube', 'green cube'] });
    if (pushed.kind === 'program') expect((await check(pushed.source)).diagnostics).toEqual([]);
  });

  test('turns a thing back, at the tiers that look only as far as it can be seen', () => {
    const turned = thing('red cube', [0.4, 0, 0.02], quatFromAxisAngle([0, 0, 1], 1.2));
    const turnAt = (tier: Tier) => {
      const undo = undoProgram({ api: apiFor({ tier, arms: 1 }), before: [RED], after: [turned] });
      return undo.kind === 'program' ? /\], (-?[\d.]+)\);/.exec(undo.source)?.[1] : undo.reason;
    };
    expect(Number(turnAt('S1'))).toBeCloseTo(-1.2, 5);
    expect(Number(turnAt('S2'))).toBeCloseTo(Math.PI / 2 - 1.2, 5);
  });

  test.each([
    ['nothing has moved', [RED], [RED], 'Nothing stands elsewhere'],
    ['something is gone', [RED, GREEN], [GREEN], 'The red cube was there before and is not to be found now'],
    [
      'something else stands on it',
      [RED],
      [thing('red cube', [0.4, 0, 0.02]), thing('bowl', [0.4, 0, 0.06])],
      'The bowl stands on the red cube',
    ],
    [
      'its place is taken',
      [RED],
      [thing('red cube', [0.4, 0, 0.02]), thing('bowl', [0.51, 0.01, 0.02])],
      'The bowl stands where the red cube was',
    ],
    [
      'two things have changed places',
      [RED, GREEN],
      [
        { ...GREEN, name: 'red cube' },
        { ...RED, name: 'green cube' },
      ],
      'cannot go back before the green cube has moved',
    ],
    [
      'it was tipped over',
      [RED],
      [thing('red cube', [0.4, 0, 0.02], quatFromAxisAngle([1, 0, 0], 1.5))],
      'was tipped over',
    ],
    ['names are not unique', [RED, RED], [RED, RED], 'more than one red cube'],
  ] as const)('is refused when %s', (_, before, after, words) => {
    expect(reasonOf(before, after)).toContain(words);
    expect(reasonOf(before, after)).toContain('Nothing was written.');
  });

  test('is refused where the functions for it are missing, and when the hand holds something unknown', () => {
    const moved = [thing('red cube', [0.4, 0, 0.02])];
    expect(reasonOf([RED], moved, { api: apiFor({ tier: 'S4', arms: 1 }) })).toContain('tier S4');
    expect(reasonOf([RED], moved, { api: apiFor({ tier: 'S1', arms: 2 }) })).toContain('two arms');
    const hand = { holds: 'mug', tool: RED.pose };
    expect(reasonOf([RED], moved, { hand })).toContain('The hand holds the mug');
  });

  test('writes names as data, whatever they say', async () => {
    const name = 'cube"); await openGripper(); //\u2028`$\n';
    const undo = undoProgram({ api: S1, before: [{ ...RED, name }], after: [{ ...GREEN, name }] });
    if (undo.kind === 'refused') throw new Error(undo.reason);
    const { ok, effects } = await check(undo.source);
    expect(ok).toBe(true);
    expect(effects.calls.find((call) => call.name === 'openGripper')?.lines.length).toBe(2);
  });
});
