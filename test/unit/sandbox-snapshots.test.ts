import { describe, expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../skills/sandbox/snapshot-format.ts';
import { inProcessSandbox, openBench, sandboxSession } from './sandbox-bench.ts';

const PROGRAMS = [
  'let n = 1;\nconst list = [1, 2, 3];\nconst seen = new Map<string, number>();',
  "seen.set('a', Math.random());\nn += list.length;\nawait say('n is ' + n);",
];

describe('a snapshot', () => {
  test('holds the names, the random numbers and the clock', async () => {
    const bench = await openBench();
    for (const program of PROGRAMS) await bench.run(program);
    const { bytes } = await bench.sandbox.snapshot();
    const source = 'console.log(n, list, seen, Math.random(), Date.now());';
    const expected = await bench.runUnchecked(source);

    const other = inProcessSandbox();
    await other.open(sandboxSession(), bytes);
    const outcome = await other.run({ blockName: 'block-3', javascript: source }, async () => ({
      ok: true,
      resultJson: '',
    }));
    expect(outcome.output).toEqual(expected.output);
  });

  test('is the same for the same session, to the last bit', async () => {
    const hashes: string[] = [];
    for (let i = 0; i < 3; i++) {
      const bench = await openBench();
      for (const program of PROGRAMS) await bench.run(program);
      hashes.push((await bench.sandbox.snapshot()).sha256);
    }
    expect(new Set(hashes).size).toBe(1);
  });

  test('does not depend on the sessions before it', async () => {
    const fresh = await openBench();
    const used = inProcessSandbox();
    await used.open({ ...sandboxSession({}, 77), startTimeMs: 5 });
    await used.run({ blockName: 'block-1', javascript: 'const a = Math.random(); export { a };' }, async () => ({
      ok: true,
      resultJson: '',
    }));
    await used.open(sandboxSession());
    expect((await used.snapshot()).sha256).toBe((await fresh.sandbox.snapshot()).sha256);
  });

  test('changes with every finished block and with the seed, not with a failed one', async () => {
    const bench = await openBench();
    const empty = (await bench.sandbox.snapshot()).sha256;
    await bench.run('const a = 1;');
    const first = (await bench.sandbox.snapshot()).sha256;
    await bench.run("throw new Error('x');");
    expect((await bench.sandbox.snapshot()).sha256).toBe(first);
    const seeded = await openBench(inProcessSandbox(), sandboxSession({}, 2));
    const others = [empty, first, (await seeded.sandbox.snapshot()).sha256];
    expect(new Set(others).size).toBe(3);
  });

  test('brings a session back to where it was', async () => {
    const bench = await openBench();
    await bench.run('let n = 1;');
    const { bytes } = await bench.sandbox.snapshot();
    await bench.run('n = 2;');
    await bench.sandbox.restore(bytes);
    expect((await bench.runUnchecked('console.log(n);')).output[0].text).toBe('1');
  });

  test('that is damaged is refused', async () => {
    const bench = await openBench();
    const { bytes } = await bench.sandbox.snapshot();
    const wrong = [
      new Uint8Array(0),
      bytes.slice(0, 20),
      bytes.slice(0, bytes.length - 1),
      Uint8Array.from([...bytes.slice(0, 4), 99, ...bytes.slice(5)]),
      Uint8Array.from([0, ...bytes.slice(1)]),
    ];
    for (const damaged of wrong) await expect(bench.sandbox.restore(damaged)).rejects.toThrow(RangeError);
    expect((await bench.run("await say('still here');")).status).toBe('finished');
  });

  test('is written and read without a change', async () => {
    const bench = await openBench();
    await bench.run('const big = new Uint8Array(100_000).fill(7);');
    const { bytes } = await bench.sandbox.snapshot();
    expect(Buffer.from(encodeSnapshot(decodeSnapshot(bytes))).equals(Buffer.from(bytes))).toBe(true);
  });
});
