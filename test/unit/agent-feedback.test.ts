// Proves that what a model is told about its program is complete, or says what it leaves out, and never grows without end.

import { describe, expect, test } from 'vitest';
import { storyOf } from '../../skills/agent/fake-workbench.ts';
import { blockEnded, checkFailed, compact } from '../../skills/agent/feedback.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import type { BlockStory } from '../../skills/agent/workbench.ts';
import type { CheckDiagnostic, CheckResult } from '../../skills/check/check-result.ts';

const prompts = loadPrompts();
type Ran = Extract<BlockStory, { kind: 'ran' }>;

function checkOf(diagnostics: readonly CheckDiagnostic[] = []): CheckResult {
  const effects = { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] };
  return { ok: true, diagnostics, javascript: '', exportedNames: [], effects, declarations: '', topLevel: [] };
}

function diagnostic(line: number, more: Partial<CheckDiagnostic> = {}): CheckDiagnostic {
  const place = { line, column: 1, endLine: line, endColumn: 2 };
  return { ...place, severity: 'error', code: 'TS1', message: `fault ${line}`, hint: '', ...more };
}

function call(number: number, more: Partial<Ran['calls'][number]> = {}): Ran['calls'][number] {
  const times = { startTimeS: 0, endTimeS: 0 };
  return { call: number, name: 'sleep', line: number + 1, arguments: [number], outcome: 'returned', ...times, ...more };
}

function told(story: Partial<Ran>, check = checkOf(), offered = 'a();'): string {
  return blockEnded(prompts, check, storyOf('a();', story), offered).text;
}

describe('a value in a line', () => {
  test('is rounded, and a picture or a cloud is only counted', () => {
    expect(compact({ x: 0.123456789, depthM: new Array(172_800).fill(0.5), list: [1, 2] })).toBe(
      '{"x":0.1235,"depthM":"[172800 numbers]","list":[1,2]}',
    );
    expect(compact([])).toBe('[]');
    expect(compact(undefined)).toBe('undefined');
  });

  test('is cut where it is long, and says by how much', () => {
    const text = compact('y'.repeat(10_000));
    expect(text.length).toBeLessThan(400);
    expect(text).toContain('9702 characters more');
  });
});

describe('what is told of a program', () => {
  test('names the first and the last of many calls, and how many are between', () => {
    const text = told({ calls: Array.from({ length: 100 }, (_, i) => call(i)) });
    expect(text).toContain('line 1: sleep(0)');
    expect(text).toContain('line 100: sleep(99)');
    expect(text).toContain('(60 calls are left out here)');
    expect(text).not.toContain('line 50: ');
  });

  test('stays small whatever the program prints', () => {
    const output = Array.from({ length: 5000 }, () => ({ channel: 'log' as const, text: 'z'.repeat(5000) }));
    expect(told({ output }).length).toBeLessThan(40_000);
  });

  test('says that nothing was called or printed', () => {
    expect(told({})).toContain('It called no function of the robot.');
    expect(told({})).toContain('It printed nothing.');
  });

  test('shows a call that failed with its code, and warnings of the check', () => {
    const error = { code: 'NOT_FOUND', message: 'nothing in the\n picture fits' };
    const check = checkOf([
      diagnostic(3, { severity: 'warning', code: 'LOOP_NEVER_WAITS', message: 'This loop waits.' }),
    ]);
    const text = told(
      { calls: [call(0, { name: 'getObjectPose', arguments: ['cup'], outcome: 'threw', error })] },
      check,
    );
    expect(text).toContain('line 1: getObjectPose("cup") -> NOT_FOUND: nothing in the picture fits');
    expect(text).toContain('line 3, column 1: warning LOOP_NEVER_WAITS: This loop waits.');
  });

  test('shows the program as it ran when the operator had changed it', () => {
    expect(told({ source: 'a(0.5);' })).toMatch(/had changed the program[\s\S]*a\(0\.5\);/);
    expect(told({})).not.toContain('had changed');
  });

  test('counts the diagnostics that are too many to show', () => {
    const diagnostics = Array.from({ length: 50 }, (_, i) => diagnostic(i + 1));
    const { text, summary } = checkFailed(prompts, { ...checkOf(diagnostics), ok: false });
    expect(text).toContain('(30 more are left out)');
    expect(summary).toBe('failed the check with 50 errors: fault 1');
  });

  test('says why a preview failed, with its line', () => {
    const failure = {
      code: 'PATH_BLOCKED',
      stage: 'planning',
      message: 'no way',
      hint: 'Go higher.',
      line: 9,
    } as const;
    const preview = { previewId: 'p', outcome: 'failed', failure, output: ['here'] } as const;
    const { text } = blockEnded(prompts, checkOf(), { kind: 'rejected', comment: 'the preview failed', preview }, '');
    expect(text).toContain('line 9: PATH_BLOCKED (planning): no way');
    expect(text).toContain('Hint: Go higher.');
    expect(text).toContain('here');
  });
});
