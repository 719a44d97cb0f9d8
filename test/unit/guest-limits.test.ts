import { describe, expect, test } from 'vitest';
import { openBench } from './sandbox-bench.ts';

/** Errors of programs that speak as the engine does when it has reached a limit. */
const SPEAKING = [
  "throw new Error('out of memory');",
  "throw new RangeError('out of memory');",
  "throw new RangeError('invalid array length');",
  "throw new RangeError('Maximum call stack size exceeded');",
  "class Full extends RangeError {}\nthrow new Full('string too long');",
  "try { await getObjectPose('nothing'); } catch { throw new Error('stack overflow'); }",
  "[1].forEach(() => { throw new RangeError('invalid array buffer length'); });",
];

/** The same in JavaScript that no check has seen. */
const REACHING = [
  "throw new InternalError('out of memory');",
  "let E = Error; try { 'a'.repeat(1e9); } catch (e) { E = e.constructor; }\nthrow new E('out of memory');",
];

const OWN: [string, string][] = [
  ["'a'.repeat(1e9);", 'MEMORY_LIMIT'],
  ['new Array(1e12);', 'MEMORY_LIMIT'],
  ["let s = 'ab';\nfor (;;) s += s;", 'MEMORY_LIMIT'],
  ['const f = (n: number): number => f(n + 1) + 1;\nf(0);', 'STACK_LIMIT'],
];

describe('a limit', () => {
  test.each(SPEAKING)('is not what a program says of itself: %s', async (source) => {
    const bench = await openBench();
    const { stage, code, message } = await bench.failure(source);
    expect({ stage, code }).toEqual({ stage: 'code', code: 'THROWN' });
    expect(source).toContain(message);
  });

  test.each(REACHING)('is not what a program reaches for: %s', async (source) => {
    const outcome = await (await openBench()).runUnchecked(source);
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'code' } });
  });

  test.each(OWN)('is what the engine says: %s', async (source, code) => {
    const error = await (await openBench()).failure(source);
    expect(error).toMatchObject({ stage: 'limit', code });
  });
});
