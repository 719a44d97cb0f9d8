// The link between code and motion: which line ran when, and what the preview knew of it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countKnowledge,
  knowledgeByLine,
  knowledgeSentences,
  linesInWords,
} from '../../renderer/panels/program/line-knowledge.ts';
import { callAt, lineAt, storyOfLines, timeOfLine } from '../../renderer/panels/program/running-line.ts';
import { block, call, effectsOf, PREVIEW } from './story-samples.ts';

describe('the running line', () => {
  const calls = [call(1, 0, 0), call(2, 0, 2), call(3, 2, 2.5), call(4, 2.5, 5)];

  test('is that of the call whose span holds the instant', () => {
    expect(callAt(calls, 1)?.message.line).toBe(2);
    expect(callAt(calls, 2.2)?.message.line).toBe(3);
    expect(callAt(calls, 2.5)?.message.line).toBe(4);
  });

  test('at the very end is the last one', () => {
    expect(callAt(calls, 5)?.message.line).toBe(4);
  });

  test('before the first call there is none', () => {
    expect(callAt([call(7, 3, 4)], 2)).toBeUndefined();
    expect(callAt([], 2)).toBeUndefined();
  });

  test('agrees with looking at every call (random)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 30 }),
        fc.double({ min: -1, max: 50, noNaN: true }),
        (lengths, timeS) => {
          let startS = 0;
          const made = lengths.map((length, index) => {
            const one = call(index + 1, startS, startS + length);
            startS += length;
            return one;
          });
          const slow =
            made.find(({ message }) => message.startTimeS <= timeS && timeS < message.endTimeS) ??
            made.findLast(({ message }) => message.endTimeS <= timeS);
          expect(callAt(made, timeS)).toBe(slow);
        },
      ),
    );
  });

  test('belongs to the attempt that ran then', () => {
    const first = block({ block: 0, calls, startS: 0, endS: 5 });
    const rejected = block({ block: 1, attempt: 0 });
    const second = block({ block: 1, attempt: 1, calls: [call(9, 6, 8)], startS: 6, endS: null });
    const blocks = [first, rejected, second];
    expect(lineAt({ blocks }, 1)).toEqual({ block: 0, attempt: 0, line: 2 });
    expect(lineAt({ blocks }, 7)).toEqual({ block: 1, attempt: 1, line: 9 });
    expect(lineAt({ blocks }, 5.5)).toBeUndefined();
  });

  test('a line that was called several times is gone through in turn', () => {
    const repeated = block({ calls: [call(2, 1, 2), call(3, 2, 3), call(2, 3, 4)] });
    expect(timeOfLine(repeated, 2, 0)).toBe(1);
    expect(timeOfLine(repeated, 2, 1)).toBe(3);
    expect(timeOfLine(repeated, 2, 3)).toBe(1);
    expect(timeOfLine(repeated, 8, 0)).toBeUndefined();
  });

  test('what took time goes before what took none', () => {
    expect(timeOfLine(block({ calls: [call(2, 1, 1), call(2, 1.5, 3)] }), 2, -1)).toBe(1.5);
    expect(timeOfLine(block({ calls: [call(2, 1, 1)] }), 2, -1)).toBe(1);
  });

  test('sums up what became of each line', () => {
    const made = block({ calls: [call(2, 1, 2), call(2, 3, 4.5), call(undefined, 5, 6)] });
    expect([...storyOfLines(made)]).toEqual([[2, { calls: 2, durationS: 2.5, threw: false }]]);
  });
});

describe('what the preview knew', () => {
  const effects = effectsOf([['gotoPose', 'move', [1, 2, 3, 4]]]);

  test('a line of which nothing is known counts as not reached', () => {
    const preview = { ...PREVIEW, lines: [{ line: 1, knowledge: 'exact' as const }] };
    expect(countKnowledge(effects, preview)).toEqual({ calling: 4, exact: 1, predicted: 0, notReached: [2, 3, 4] });
    expect(knowledgeSentences(effects, preview)).toEqual([
      'The twin copies the world: 1 of 4 calling lines exact.',
      'Not reached: lines 2 to 4.',
    ]);
  });

  test('a preview that was skipped knew nothing', () => {
    expect(knowledgeByLine({ ...PREVIEW, outcome: 'skipped' }).size).toBe(0);
    expect(knowledgeSentences(effects, null)).toEqual([]);
  });

  test('motions that depend on later looks are counted', () => {
    const preview = {
      ...PREVIEW,
      world: 'perceived' as const,
      motions: { count: 7, onPredictedLooks: 3 },
      lines: [
        { line: 1, knowledge: 'exact' as const },
        { line: 2, knowledge: 'predicted' as const },
        { line: 3, knowledge: 'predicted' as const },
        { line: 4, knowledge: 'predicted' as const },
      ],
    };
    expect(knowledgeSentences(effects, preview)).toEqual([
      'The twin is built from what the cameras saw: 1 of 4 calling lines exact, 3 predicted.',
      '3 of 7 motions depend on what the camera sees after the first touch.',
    ]);
  });

  test('lines in words', () => {
    expect(linesInWords([])).toBe('no line');
    expect(linesInWords([4])).toBe('line 4');
    expect(linesInWords([4, 5])).toBe('lines 4 and 5');
    expect(linesInWords([1, 2, 3, 7, 9, 10])).toBe('lines 1 to 3, 7, 9 and 10');
  });
});
