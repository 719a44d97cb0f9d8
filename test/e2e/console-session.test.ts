// The console's session over its sockets: from the first window to an episode that tells what happened, and every way in
// which an answer must not count.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import type { ConsoleProposal } from '../../electron/ipc/console-contract.ts';
import { ConsoleStand, CUBE, type TestWindow } from './console-stand.ts';

let stand: ConsoleStand;
const open: TestWindow[] = [];
async function window(client?: string): Promise<TestWindow> {
  const one = await stand.window(client);
  open.push(one);
  return one;
}
beforeAll(async () => {
  stand = await ConsoleStand.open();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await stand.close();
});

const OPERATOR = { writer: { kind: 'operator' } } as const;
const HELLO = "console.log('hello');\n";
const LONG = 'while (true) await sleep(0.2);\n';

function sha({ id, sha256 }: ConsoleProposal) {
  return { proposalId: id, sha256 };
}

async function ended(operator: TestWindow): Promise<string> {
  await operator.ask('endCell', {});
  const { lastCell } = await operator.until(({ phase }) => phase === 'ended');
  const path = stand.home.episodes().find((file) => file.endsWith(`-${lastCell?.id}.mcap`));
  if (path === undefined) throw new Error('the episode is missing');
  return path;
}

async function recorded(file: string, topic: TopicName): Promise<unknown[]> {
  const found: unknown[] = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(file)));
  for await (const { message } of episode.messages(topic)) found.push(message);
  return found;
}

describe('a session at the console', () => {
  it('goes from the first window to a judged, recorded episode', async () => {
    const operator = await window();
    await operator.openCell();
    expect(operator.state()).toMatchObject({
      phase: 'idle',
      cell: { choice: CUBE, robotKind: 'simulated', objects: expect.arrayContaining(['red cube']) },
    });
    await operator.ask('instruct', { text: 'go' });
    const proposal = await operator.question();
    expect(proposal).toMatchObject({ block: 0, origin: 'expert', stale: null, preview: { outcome: 'passed' } });
    await operator.approve(proposal);
    const judged = await operator.until(({ phase, verdict }) => phase === 'idle' && verdict !== null);
    expect(judged).toMatchObject({
      proposal: null,
      work: null,
      lastBlock: { block: 0, outcome: 'succeeded', failure: null },
      verdict: { success: true },
      problem: null,
      cell: { block: 1 },
    });
    const file = await ended(operator);
    expect(operator.state()).toMatchObject({ cell: null, lastCell: { outcome: 'succeeded', choice: CUBE } });
    const episode = await readEpisode(new Uint8Array(readFileSync(file)));
    expect(episode).toMatchObject({ complete: true, info: { id: judged.cell?.id }, outcome: { outcome: 'succeeded' } });
    expect(await recorded(file, '/approval')).toMatchObject([{ decision: 'approved', by: 'operator', speedScale: 1 }]);
    const { episodes } = await operator.ask('episodes', {});
    expect(episodes).toContainEqual(
      expect.objectContaining({ id: judged.cell?.id, outcome: 'succeeded', complete: true }),
    );
  });

  it('asks again after an edit, drops one that fails the check, and hands a comment on', async () => {
    const operator = await window();
    await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: HELLO });
    const first = await operator.question();
    expect(first).toMatchObject({ origin: 'operator', source: HELLO, previous: null, refusedEdit: null });
    await operator.ask('decide', {
      ...sha(first),
      decision: { kind: 'edit', source: 'const broken: number = "x";\n' },
    });
    const second = await operator.until(({ proposal }) => proposal?.refusedEdit != null);
    expect(second.proposal).toMatchObject({
      source: HELLO,
      refusedEdit: { source: 'const broken: number = "x";\n', check: { ok: false } },
    });
    const edit = "console.log('edited');\n";
    await operator.ask('decide', {
      ...sha(second.proposal as ConsoleProposal),
      decision: { kind: 'edit', source: edit },
    });
    const third = await operator.until(({ proposal }) => proposal?.source === edit);
    expect(third.proposal).toMatchObject({ origin: 'edited', refusedEdit: null });
    // The card before is no answer any more.
    await expect(operator.approve(first)).rejects.toMatchObject({ code: 'OTHER_QUESTION' });
    await operator.approve(third.proposal as ConsoleProposal);
    await operator.until(({ lastBlock, phase }) => lastBlock?.outcome === 'succeeded' && phase === 'idle');

    await operator.ask('submit', { source: HELLO });
    const next = await operator.question();
    expect(next).toMatchObject({ block: 1, previous: { source: edit } });
    await operator.ask('decide', {
      ...sha(next),
      decision: { kind: 'reject', comment: 'not that', findings: ['too fast near the table'] },
    });
    await operator.until(({ lastBlock, phase }) => lastBlock?.outcome === 'rejected' && phase === 'idle');
    const approvals = await recorded(await ended(operator), '/approval');
    expect(approvals.at(-1)).toMatchObject({
      decision: 'rejected',
      comment: 'not that',
      findings: ['too fast near the table'],
    });
  });

  it('shows no question for a program that fails the check, and no spinner after it', async () => {
    const operator = await window();
    await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: 'nonsense(' });
    const state = await operator.until(({ problem }) => problem !== null);
    expect(state.problem).toMatchObject({ code: 'CHECK_FAILED', message: expect.stringContaining('the arm is still') });
    expect(await operator.until(({ phase }) => phase === 'idle')).toMatchObject({ proposal: null, work: null });
    await expect(operator.ask('instruct', { text: 'go' })).rejects.toMatchObject({ code: 'NO_WRITER' });
    await ended(operator);
  });
});

describe('an answer', () => {
  it('counts only once, for the bytes it names, from the window that holds control', async () => {
    const [operator, observer] = [await window(), await window()];
    await operator.openCell(OPERATOR);
    await observer.sockets();
    await operator.ask('submit', { source: HELLO });
    const proposal = await operator.question();
    expect((await observer.question()).id).toBe(proposal.id);
    for (const attempt of [
      observer.approve(proposal),
      observer.ask('submit', { source: HELLO }),
      observer.ask('endCell', {}),
      observer.ask('openCell', CUBE),
      observer.ask('setSpeed', { speedScale: 0.5 }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'NOT_HOLDER' });
    await expect(operator.approve({ ...proposal, sha256: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'OTHER_PROGRAM',
    });
    await expect(operator.approve({ ...proposal, id: 'another' })).rejects.toMatchObject({ code: 'OTHER_QUESTION' });
    expect(operator.state()).toMatchObject({ phase: 'asking', proposal: { id: proposal.id } });
    const answers = await Promise.allSettled([operator.approve(proposal), operator.approve(proposal)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await operator.until(({ phase, lastBlock }) => phase === 'idle' && lastBlock?.outcome === 'succeeded');
    await expect(operator.approve(proposal)).rejects.toMatchObject({ code: 'NO_QUESTION' });
    // Who only observes may still look, and check a text.
    expect(await observer.ask('check', { source: 'gotoPose(1)' })).toMatchObject({ ok: false });
    expect((await observer.ask('look', {})).views.map(({ camera }) => camera)).toEqual(['scene', 'wrist']);
    expect((await observer.ask('api', {})).functions.map(({ name }) => name)).toContain('gotoPose');
    expect((await observer.ask('expert', {})).source).toContain('sampleGraspPose');
    expect(await recorded(await ended(operator), '/approval')).toHaveLength(1);
  });

  it('is refused while the preview is stale, and asked for anew after it was renewed', async () => {
    const operator = await window();
    await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: 'await homePose();\n' });
    const first = await operator.question();
    await operator.ask('setSpeed', { speedScale: 0.5 });
    const stale = await operator.until(({ proposal }) => proposal?.stale != null);
    expect(stale.proposal?.stale).toContain('50 %');
    await expect(operator.approve(first)).rejects.toMatchObject({ code: 'STALE_PREVIEW' });
    await expect(operator.approve(first, 0.5)).rejects.toMatchObject({ code: 'STALE_PREVIEW' });
    await operator.ask('renewPreview', { proposalId: first.id, speedScale: 0.5 });
    const renewed = await operator.until(({ phase, proposal }) => phase === 'asking' && proposal?.id !== first.id);
    const proposal = renewed.proposal as ConsoleProposal;
    expect(proposal).toMatchObject({ stale: null, source: first.source });
    expect(proposal.preview?.durationS).toBeGreaterThan(first.preview?.durationS ?? 0);
    await expect(operator.approve(first, 0.5)).rejects.toMatchObject({ code: 'OTHER_QUESTION' });
    await expect(operator.approve(proposal, 1)).rejects.toMatchObject({ code: 'STALE_PREVIEW' });
    await operator.approve(proposal, 0.5);
    await operator.until(({ phase, lastBlock }) => phase === 'idle' && lastBlock?.outcome === 'succeeded');
    expect(await recorded(await ended(operator), '/approval')).toMatchObject([{ speedScale: 0.5 }]);
  });
});

describe('a stop', () => {
  it('voids the question, and after the reset nothing resumes by itself', async () => {
    const operator = await window();
    const link = await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: HELLO });
    const proposal = await operator.question();
    link.pressStop('the Stop button');
    const stopped = await operator.until(({ phase, lastBlock }) => phase === 'stopped' && lastBlock !== null);
    expect(stopped).toMatchObject({ proposal: null, work: null, lastBlock: { outcome: 'stopped' } });
    await expect(operator.approve(proposal)).rejects.toMatchObject({ code: 'NO_QUESTION' });
    await expect(operator.ask('submit', { source: HELLO })).rejects.toMatchObject({ code: 'STOPPED' });
    const { stops } = await link.until((status) => status.stops.some(({ restConfirmed }) => restConfirmed !== null));
    await link.control.request('reset', { stopId: stops[0].id });
    expect(await operator.until(({ phase }) => phase === 'idle')).toMatchObject({ proposal: null, work: null });
    await operator.ask('submit', { source: HELLO });
    await operator.approve(await operator.question());
    await operator.until(({ phase, lastBlock }) => phase === 'idle' && lastBlock?.outcome === 'succeeded');
    const file = await ended(operator);
    expect(await recorded(file, '/approval')).toHaveLength(1);
  });

  it('ends a running block, which a cancel does not', async () => {
    const operator = await window();
    const link = await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: LONG });
    // A loop without an end cannot pass its preview; a person may start it all the same.
    await operator.approve(await operator.question());
    await operator.until(({ phase }) => phase === 'running');
    await expect(operator.ask('cancel', {})).rejects.toMatchObject({ code: 'NOTHING_TO_CANCEL' });
    await expect(operator.ask('endCell', {})).rejects.toMatchObject({ code: 'RUNNING' });
    await expect(operator.ask('openCell', CUBE)).rejects.toMatchObject({ code: 'RUNNING' });
    link.pressStop();
    await operator.until(({ lastBlock, phase }) => phase === 'stopped' && lastBlock?.outcome === 'stopped');
    await operator.ask('endCell', {});
    expect(await operator.until(({ phase }) => phase === 'ended')).toMatchObject({ lastCell: { outcome: 'failed' } });
  });
});

describe('a cell', () => {
  it('is finished when another is opened, and windows that come and go leave it as it is', async () => {
    const operator = await window();
    await operator.openCell(OPERATOR);
    await operator.ask('submit', { source: HELLO });
    const proposal = await operator.question();
    await operator.close();
    const again = await window(operator.client);
    expect(again.state()).toMatchObject({ phase: 'asking', proposal: { id: proposal.id } });
    await (await again.sockets()).takeControl();
    await again.ask('openCell', { ...CUBE, ...OPERATOR, seed: 4 });
    const { cell } = await again.until(({ phase, cell: opened }) => phase === 'idle' && opened?.choice.seed === 4);
    const { episodes } = await again.ask('episodes', {});
    expect(episodes.filter(({ complete }) => !complete).map(({ id }) => id)).toEqual([cell?.id]);
    await (await again.sockets()).takeControl();
    await ended(again);
  });

  it('can be given up while it is being opened', async () => {
    const operator = await window();
    const opening = operator.ask('openCell', CUBE);
    const refused = expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    await operator.until(({ phase }) => phase === 'opening');
    await expect(operator.ask('openCell', CUBE)).rejects.toMatchObject({ code: 'BUSY' });
    await operator.ask('cancel', {});
    await refused;
    expect(await operator.until(({ phase }) => phase !== 'opening')).toMatchObject({ cell: null, work: null });
  });

  it('says why it cannot be opened', async () => {
    const operator = await window();
    const attempts = [
      { ...CUBE, task: 'no-such-task' },
      { ...CUBE, writer: { kind: 'model', name: 'anthropic:any', vision: null, ensemble: 1 } as const },
      { ...CUBE, writer: { kind: 'model', name: 'nonsense', vision: null, ensemble: 1 } as const },
    ];
    const messages = [];
    for (const attempt of attempts) {
      await expect(operator.ask('openCell', attempt)).rejects.toThrow();
      messages.push(operator.state().problem?.message);
      expect(operator.state()).toMatchObject({ cell: null, work: null });
    }
    expect(messages).toEqual([
      expect.stringContaining('no-such-task'),
      expect.stringContaining('ANTHROPIC_API_KEY'),
      expect.stringContaining('nonsense'),
    ]);
  });
});
