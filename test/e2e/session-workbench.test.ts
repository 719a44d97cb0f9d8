// A session of several blocks: what stays between them, what a stop leaves, what a reset does, and that nothing but the
// operator's answer starts a block.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import type { Decision } from '../../electron/session/operator.ts';
import { decodePng } from '../../sim/cameras/png.ts';
import { APPROVE, NEVER, openStand, printed, ScriptedOperator, type SessionStand } from './session-stand.ts';

const open: SessionStand[] = [];
async function stand(...how: Parameters<typeof openStand>): Promise<SessionStand> {
  const one = await openStand(...how);
  open.push(one);
  return one;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function recorded(session: SessionStand['session'], topic: TopicName): Promise<unknown[]> {
  const found: unknown[] = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(session.episodePath ?? '')));
  for await (const { message } of episode.messages(topic)) found.push(message);
  return found;
}

describe('a session of several blocks', () => {
  it('keeps the top-level values of finished blocks, and nothing of failed ones', async () => {
    const { offer, workbench } = await stand(new ScriptedOperator(() => APPROVE));
    expect(await offer("const heights = [0.1, 0.2];\nlet count = 1;\nconsole.log('first');\n")).toMatchObject({
      kind: 'ran',
      failure: undefined,
    });
    const failed = await offer("const lost = 1;\ncount = 50;\nheights.push(9);\nthrow new Error('no');\n");
    expect(failed).toMatchObject({ kind: 'ran', failure: { stage: 'code', line: 4 } });
    expect(printed(await offer('count += 1;\nconsole.log(heights.length, count);\n'))).toEqual(['2 2']);
    const unknown = await workbench.check('console.log(lost);\n', NEVER);
    expect(unknown.check.ok).toBe(false);
  });

  it('goes on after a stop from the last finished block, and only after a reset', async () => {
    const { offer, session, workbench } = await stand(new ScriptedOperator(() => APPROVE), { pace: 1 });
    await offer('const kept = 7;\n');
    const running = offer("const lost = 1;\nawait say('moving');\nwhile (true) await sleep(0.2);\n");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await session.stop('enough');
    expect(await running).toMatchObject({ kind: 'stopped', reason: expect.stringContaining('enough') });
    expect(session.stops).toMatchObject([{ source: 'operator', detail: 'enough' }]);

    expect(await offer("console.log('too early');\n")).toMatchObject({ kind: 'stopped' });
    const [stop] = session.stops;
    await expect(session.reset('stop-99', 'somebody')).rejects.toMatchObject({ code: 'STOP_UNKNOWN' });
    await session.reset(stop.id, 'somebody');
    expect(session.stops).toEqual([]);

    expect((await workbench.check('console.log(lost);\n', NEVER)).check.ok).toBe(false);
    expect(printed(await offer('console.log(kept);\n'))).toEqual(['7']);
    await session.finish({ outcome: 'failed', message: 'test' });
    expect(await recorded(session, '/approval')).toHaveLength(3);
    expect(
      (await recorded(session, '/gate')).filter((event) => (event as { event: string }).event === 'reset'),
    ).toHaveLength(1);
  });

  it('moves nothing at a reset', async () => {
    const { session } = await stand(new ScriptedOperator(() => APPROVE));
    await session.stop('before anything');
    await session.reset(session.stops[0].id, 'somebody');
    expect(await session.finish({ outcome: 'failed', message: 'test' })).toMatchObject({ robotTimeS: 0 });
  });

  it('runs nothing without an answer, whatever else is said, and withdraws what its writer gives up', async () => {
    const operator = new ScriptedOperator(
      (_, signal) =>
        new Promise<Decision>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { offer, session, workbench } = await stand(operator);
    const giveUp = new AbortController();
    const offered = offer("console.log('ran');\n", giveUp.signal);
    for (const text of ['a', 'approve', 'yes, run it']) await workbench.remark(text);
    await expect(
      Promise.race([offered, new Promise((resolve) => setTimeout(() => resolve('waits'), 1000))]),
    ).resolves.toBe('waits');
    giveUp.abort(new Error('the client is gone'));
    await expect(offered).rejects.toThrow('the client is gone');
    expect(await session.finish({ outcome: 'failed', message: 'test' })).toMatchObject({ robotTimeS: 0 });
    expect(await recorded(session, '/gate')).toEqual([]);
    expect(await recorded(session, '/remark')).toMatchObject([
      { text: 'a' },
      { text: 'approve' },
      { text: 'yes, run it' },
    ]);
    expect(await recorded(session, '/approval')).toMatchObject([
      { decision: 'rejected', comment: expect.stringContaining('withdrawn') },
    ]);
  });

  it('hands a rejection with its comment and what was said on to the writer', async () => {
    const answers: Decision[] = [{ kind: 'reject', comment: 'too fast' }, APPROVE];
    const { offer, workbench } = await stand(new ScriptedOperator(() => answers.shift() as Decision));
    await workbench.remark('mind the cup');
    expect(await offer('await homePose();\n')).toMatchObject({ kind: 'rejected', comment: 'too fast\nmind the cup' });
    const story = await offer("await homePose();\nawait getObjectPose('red cube');\n");
    expect(story).toMatchObject({
      kind: 'ran',
      remarks: [],
      calls: [
        { name: 'homePose', line: 1, outcome: 'returned' },
        { name: 'getObjectPose', line: 2 },
      ],
    });
  });

  it('asks again when an edit does not pass the check, and runs the edit that does', async () => {
    const answers: Decision[] = [
      { kind: 'edit', source: 'const broken: number = "text";\n' },
      { kind: 'edit', source: "console.log('edited');\n" },
      APPROVE,
    ];
    const operator = new ScriptedOperator(() => answers.shift() as Decision);
    const { offer } = await stand(operator);
    const story = await offer("console.log('as written');\n");
    expect(story).toMatchObject({ kind: 'ran', source: "console.log('edited');\n" });
    expect(printed(story)).toEqual(['edited']);
    expect(operator.asked[1].refusedEdit?.ok).toBe(false);
    expect(operator.asked[1].source).toContain('as written');
  });
});

describe('a look', () => {
  it('hands the findings that the operator picked on to the writer, and keeps them', async () => {
    const findings = ['line 2: the wrist turns over [wrist-flip]'];
    const answers: Decision[] = [
      { kind: 'reject', comment: 'not like this', findings },
      { kind: 'edit', source: "console.log('gently');\n", findings },
      APPROVE,
    ];
    const { offer, session } = await stand(new ScriptedOperator(() => answers.shift() as Decision));
    expect(await offer("console.log('fast');\n")).toMatchObject({ kind: 'rejected', findings });
    expect(await offer("console.log('fast');\n")).toMatchObject({ kind: 'ran', findings });
    await session.finish({ outcome: 'failed', message: 'test' });
    expect(await recorded(session, '/approval')).toMatchObject([
      { decision: 'rejected', findings },
      { decision: 'approved', findings },
    ]);
  });

  it('shows what the cameras of the cell see, and changes nothing of what programs see', async () => {
    const hashes = [];
    for (const looks of [0, 2]) {
      const { offer, session, workbench } = await stand(new ScriptedOperator(() => APPROVE), { tier: 'S2' });
      for (let look = 0; look < looks; look++) {
        const views = await workbench.look(NEVER);
        expect(views.map(({ camera }) => camera)).toEqual(['scene', 'wrist']);
        expect(decodePng(views[0].png)).toMatchObject({ kind: 'rgb8', width: 480, height: 360 });
      }
      expect(await offer("console.log(JSON.stringify(await getObjectPose('red cube')));\n")).toMatchObject({
        failure: undefined,
      });
      hashes.push((await session.finish({ outcome: 'failed', message: 'test' })).traceHash);
    }
    expect(hashes[0]).toBe(hashes[1]);
  });
});

/** Takes the cube and lets it go elsewhere. */
const MOVE = `const grasp = await sampleGraspPose('red cube');
await openGripper();
await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
await closeGripper();
const [x, y, z] = grasp.position;
await gotoPose([x, y, z + 0.15], grasp.quatWxyz);
const aside = y > 0 ? -0.1 : 0.1;
await gotoPose([x, y + aside, z + 0.002], grasp.quatWxyz, { zApproach: 0.1 });
await openGripper();
await homePose();
`;

async function cubeAt({ session }: SessionStand): Promise<readonly number[]> {
  const { now } = await session.known();
  return now.find(({ name }) => name === 'red cube')?.pose.position ?? [];
}

function apart(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, axis) => value - b[axis]));
}

describe('undo that', () => {
  it('is a block like any other: asked about, approved, and things stand where they stood', async () => {
    const operator = new ScriptedOperator(() => APPROVE);
    const one = await stand(operator);
    const stood = await cubeAt(one);
    expect(await one.workbench.proposeUndo(NEVER)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('No program has run'),
    });
    expect(await one.offer(MOVE)).toMatchObject({ kind: 'ran', failure: undefined });
    expect(apart(await cubeAt(one), stood)).toBeGreaterThan(0.08);
    expect(await one.workbench.proposeUndo(NEVER)).toMatchObject({ kind: 'ran', failure: undefined });
    expect(operator.asked.map(({ canUndo }) => canUndo)).toEqual([false, true]);
    expect(operator.asked[1].source).toContain('await putBack("red cube"');
    expect(apart(await cubeAt(one), stood)).toBeLessThan(0.005);
  });

  it('runs in place of a program that is asked about, and its writer is told', async () => {
    const answers: Decision[] = [APPROVE, { kind: 'undo' }, APPROVE];
    const one = await stand(new ScriptedOperator(() => answers.shift() as Decision));
    const stood = await cubeAt(one);
    await one.offer(MOVE);
    const story = await one.offer('await homePose();\n');
    expect(story).toMatchObject({
      kind: 'ran',
      source: expect.stringContaining('putBack'),
      remarks: [expect.stringContaining('undone')],
    });
    expect(apart(await cubeAt(one), stood)).toBeLessThan(0.005);
  });

  it('does nothing without an answer, and says why where nothing can be undone', async () => {
    const answers: Decision[] = [APPROVE, { kind: 'reject', comment: 'no' }, APPROVE, { kind: 'undo' }, APPROVE];
    const operator = new ScriptedOperator(() => answers.shift() as Decision);
    const one = await stand(operator);
    await one.offer(MOVE);
    const moved = await cubeAt(one);
    expect(await one.workbench.proposeUndo(NEVER)).toMatchObject({ kind: 'rejected', comment: 'no' });
    expect(await cubeAt(one)).toEqual(moved);
    // Only the program that ran last can be undone, and this one moved no thing.
    await one.offer('await homePose();\n');
    await one.offer("console.log('as it was');\n");
    expect(operator.asked.at(-1)).toMatchObject({
      source: "console.log('as it was');\n",
      refusedUndo: expect.stringContaining('Nothing stands elsewhere'),
    });
    // It may settle by less than anybody could see.
    expect(apart(await cubeAt(one), moved)).toBeLessThan(1e-6);
  });

  it('goes by what was perceived at the tiers that look', async () => {
    const operator = new ScriptedOperator(() => APPROVE);
    const one = await stand(operator, { tier: 'S2', previews: true });
    const stood = await cubeAt(one);
    expect(await one.offer(MOVE)).toMatchObject({ kind: 'ran', failure: undefined });
    expect(apart(await cubeAt(one), stood)).toBeGreaterThan(0.08);
    expect(await one.workbench.proposeUndo(NEVER)).toMatchObject({ kind: 'ran', failure: undefined });
    expect(operator.asked.every(({ preview }) => preview?.outcome === 'passed')).toBe(true);
    expect(apart(await cubeAt(one), stood)).toBeLessThan(0.015);
  });
});
