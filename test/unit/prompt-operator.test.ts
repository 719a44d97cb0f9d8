// The operator at the terminal: which keys there are, what each answer carries, and that a key which means nothing here
// answers nothing.

import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { OperatorInput, PromptOperator } from '../../electron/cli/prompt-operator.ts';
import type { PreviewFacts } from '../../electron/ipc/robot-host-contract.ts';
import type { Proposal } from '../../electron/session/operator.ts';

const FINDING = { critic: 'wrist-flip', message: 'the wrist turns over', line: 4, timeS: 1 };
const preview: PreviewFacts = {
  previewId: 'p',
  outcome: 'passed',
  startJointsRad: [],
  softExcesses: [],
  calls: 0,
  findings: [FINDING],
};
const effects = { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] };
const check = { ok: true, diagnostics: [], javascript: '', exportedNames: [], effects, topLevel: [], declarations: '' };
const never = new AbortController().signal;

function stand(typed: string, more: Partial<Proposal> = {}, writer: 'hears' | 'deaf' = 'hears') {
  const input = new PassThrough();
  let shown = '';
  const terminal = {
    input,
    show: (text: string) => {
      shown += text;
    },
  };
  const operator = new PromptOperator(new OperatorInput(terminal), 'known', writer);
  const decision = operator.decide({ source: 'a();', check, preview, speedScale: 1, ...more }, never);
  input.end(typed);
  return { decision, shown: () => shown };
}

it('tells the writer of the findings on one press, with whatever is decided then', async () => {
  const { decision, shown } = stand('t\nr\nmind the wrist\n');
  expect(await decision).toEqual({
    kind: 'reject',
    comment: 'mind the wrist',
    findings: ['line 4: the wrist turns over [wrist-flip]'],
  });
  expect(shown()).toContain('[t]ell of findings');
  expect(await stand('t\na\n').decision).toMatchObject({ kind: 'approve', findings: [expect.any(String)] });
});

it('tells nobody of findings unless asked, and has no key for it where nobody hears', async () => {
  expect(await stand('a\n').decision).toEqual({ kind: 'approve' });
  const { decision, shown } = stand('t\na\n', {}, 'deaf');
  expect(await decision).toEqual({ kind: 'approve' });
  expect(shown()).not.toContain('[t]ell');
});

it('offers to undo where a program has run, and says why that cannot be', async () => {
  expect(await stand('u\n', { canUndo: true }).decision).toEqual({ kind: 'undo' });
  const early = stand('u\na\n');
  expect(await early.decision).toEqual({ kind: 'approve' });
  expect(early.shown()).toContain('nothing to undo');
  const refused = stand('a\n', { canUndo: true, refusedUndo: 'The cube was tipped over. Nothing was written.' });
  await refused.decision;
  expect(refused.shown()).toContain('The cube was tipped over. Nothing was written. The program above is unchanged.');
});

it('takes the end of the input for no', async () => {
  expect(await stand('').decision).toMatchObject({ kind: 'reject' });
});
