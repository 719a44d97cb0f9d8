import { afterAll, describe, expect, test } from 'vitest';
import type { BlockOutcome, PolicySandbox, SandboxLimits } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundlePolicyHost, rememberedSpawns } from '../unit/policy-host-bundle.ts';
import { inProcessSandbox, openBench, sandboxSession } from '../unit/sandbox-bench.ts';

const script = await bundlePolicyHost();
const LIMITS: Partial<SandboxLimits> = { memoryBytes: 32 * 1024 * 1024, calls: 50 };
/** Time enough for a program that must meet another limit first, however busy the machine is. */
const CPU_MS = { timeout: 400, other: 10_000 };
/** Far above what a stop takes, and far below a test that hangs: other work may be running on the machine. */
const SOON_MS = 15_000;

const open: PolicySandbox[] = [];
afterAll(async () => {
  for (const sandbox of open) await sandbox.dispose();
});

/** Runs a hostile block in the middle of a session; the session must go on from before it. */
async function survive(sandbox: PolicySandbox, javascript: string, stage: string): Promise<BlockOutcome> {
  open.push(sandbox);
  const cpuMs = stage === 'timeout' ? CPU_MS.timeout : CPU_MS.other;
  const bench = await openBench(sandbox, sandboxSession({ ...LIMITS, cpuMs }));
  await bench.run('let kept = 1;\nconst list = [1, 2, 3];');
  const before = (await sandbox.snapshot()).sha256;
  const start = performance.now();
  const outcome = await bench.runUnchecked(javascript);
  expect(performance.now() - start).toBeLessThan(SOON_MS);
  expect((await sandbox.snapshot()).sha256).toBe(before);
  expect(await bench.printed('console.log(kept, list);')).toEqual(['1 [1, 2, 3]']);
  await bench.run("await say('the session goes on');");
  expect(bench.log.at(-1)).toBe('say the session goes on');
  return outcome;
}

type Hostile = [what: string, javascript: string, stage: string, code: string];

/** Programs that the engine itself can stop. */
const STOPPABLE: Hostile[] = [
  ['an endless loop', 'kept = 2;\nwhile (true) {}', 'timeout', 'CPU_LIMIT'],
  [
    'a loop that catches everything',
    'for (;;) { try { for (;;) {} } catch {} finally { kept = 3; } }',
    'timeout',
    'CPU_LIMIT',
  ],
  ['a loop that hides in promise executors', 'for (;;) new Promise(() => { for (;;) {} });', 'timeout', 'CPU_LIMIT'],
  ['an endless chain of microtasks', 'for (;;) { try { await 0; } catch {} }', 'timeout', 'CPU_LIMIT'],
  [
    'a chain of then without end',
    'const go = () => { Promise.resolve().then(go); }; go(); await new Promise(() => {});',
    'timeout',
    'CPU_LIMIT',
  ],
  [
    'a generator that never lets go',
    'function* g() { try { for (;;) yield 1; } finally { for (;;) {} } }\nfor (const x of g()) if (x > 1) break;',
    'timeout',
    'CPU_LIMIT',
  ],
  ['a sort whose comparator never ends', '[3, 1, 2].sort(() => { for (;;) {} });', 'timeout', 'CPU_LIMIT'],
  ['a text made by an endless toString', 'String({ toString() { for (;;) {} } });', 'timeout', 'CPU_LIMIT'],
  ['a pattern that backtracks for ever', "/(a*)*b/.test('a'.repeat(40));", 'timeout', 'CPU_LIMIT'],
  [
    'an error whose message never comes',
    "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;) {} } }); throw e;",
    'timeout',
    'CPU_LIMIT',
  ],
  ['an endless loop after an answer', "await say('x');\nfor (;;) {}", 'timeout', 'CPU_LIMIT'],
  ['an array without end', 'const a = []; for (;;) a.push(new Array(10000).fill(7));', 'limit', 'MEMORY_LIMIT'],
  ['a text that doubles', "let s = 'x'; for (;;) s += s + s;", 'limit', 'MEMORY_LIMIT'],
  ['a map without end', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, [i]);', 'limit', 'MEMORY_LIMIT'],
  ['a buffer of two gigabytes', 'const b = 1;\nnew ArrayBuffer(2 ** 31);', 'limit', 'MEMORY_LIMIT'],
  ['a list of two gigabytes', 'new Float64Array(2 ** 28);', 'limit', 'MEMORY_LIMIT'],
  ['a function that calls itself', 'function f() { return f() + 1; }\nf();', 'limit', 'STACK_LIMIT'],
  ['data nested too deep to read', "JSON.parse('['.repeat(100000));", 'limit', 'STACK_LIMIT'],
  [
    'data nested too deep to write',
    'let a = []; for (let i = 0; i < 100000; i++) a = [a]; JSON.stringify(a);',
    'limit',
    'STACK_LIMIT',
  ],
  ['source nested too deep to read', `${'['.repeat(50_000)}${']'.repeat(50_000)};`, 'limit', 'STACK_LIMIT'],
  ['calls without end', 'for (;;) await sleep(0);', 'limit', 'CALL_LIMIT'],
  ['calls without end that nobody awaits', "for (;;) say('x');", 'limit', 'CALL_LIMIT'],
  ['a syntax error', 'const x = ;', 'code', 'SYNTAX'],
];

describe('a sandbox in this process stops', () => {
  test.each(STOPPABLE)('%s', async (_what, javascript, stage, code) => {
    const outcome = await survive(inProcessSandbox(), javascript, stage);
    expect(outcome).toMatchObject({ status: 'failed', error: { stage, code } });
  });
});

describe('a sandbox in a process stops', () => {
  const { spawn } = rememberedSpawns(script);
  // One process serves them all, as long as it lives: sessions must not leak into each other either.
  const sandbox = new ProcessSandbox({ spawn });

  test.each<Hostile>([
    ...STOPPABLE,
    [
      'a native loop',
      "const s = 'ab'.repeat(2e6); for (;;) s.indexOf('ba'.repeat(1e3) + 'c');",
      'timeout',
      'CPU_LIMIT',
    ],
    [
      'a native loop after an answer',
      "await say('x'); const s = 'ab'.repeat(2e6); for (;;) s.indexOf('ba'.repeat(1e3) + 'c');",
      'timeout',
      'CPU_LIMIT',
    ],
  ])('%s', async (_what, javascript, stage, code) => {
    const outcome = await survive(sandbox, javascript, stage);
    expect(outcome).toMatchObject({ status: 'failed', error: { stage, code } });
  });

  test('a flood of output, and keeps its beginning', async () => {
    const outcome = await survive(sandbox, "for (;;) console.log('x'.repeat(100));", 'timeout');
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'timeout' }, outputTruncated: true });
    expect(outcome.output.length).toBeGreaterThan(100);
    expect(outcome.output.length).toBeLessThanOrEqual(1000);
  });
});

describe('the place of a block that never ends', () => {
  const lineOf = async (source: string) => {
    const bench = await openBench(inProcessSandbox(), sandboxSession({ cpuMs: 150 }));
    const { line, block, hint } = await bench.failure(source);
    return { line, block, hint };
  };

  test.each([
    ['at the top level', 'const a = 1;\n\nwhile (a > 0) {}', 3],
    ['after an await', "await say('x');\nfor (let i = 0; i < 3; i++) console.log(i);\ndo {\n} while (true);", 3],
    [
      'in a function',
      'function spin(n: number) {\n  while (n > 0) n += 1;\n  return n;\n}\nconsole.log(1);\nspin(1);',
      2,
    ],
    ['around a caught error', 'let n = 0;\nwhile (true) {\n  try {\n    n += JSON.parse("{").x;\n  } catch {}\n}', 2],
  ])('is the line of the loop %s', async (_where, source, line) => {
    const found = await lineOf(source);
    expect(found).toMatchObject({ line, block: 'block-1' });
    expect(found.hint).toContain(`line ${line}`);
  });
});
