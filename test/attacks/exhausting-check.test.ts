// Attacks on the time and memory of the check itself: small programs that the compiler would read for days. The check
// runs in a thread, which is ended; who asked for it stays awake, gets an answer in words, and can ask again.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { INSTALLATION_ROOT } from '../../electron/session/installation.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { startChecker } from '../../skills/check/killable-checker.ts';

// Bundled from the sources as they are, where the packages it needs are found.
const folder = mkdtempSync(join(INSTALLATION_ROOT, 'out', 'attacks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const script = join(folder, 'check-worker.js');
await build({
  absWorkingDir: INSTALLATION_ROOT,
  entryPoints: ['skills/check/check-worker.ts'],
  outfile: script,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'error',
});

const LIMIT_MS = 1000;
/** Far more than the limit; machines are busy. */
const PATIENCE_MS = 20_000;

// One for all: what one program does to it is gone when the next one comes.
const checker = startChecker({ tier: 'S1', arms: 1 }, { script, limitMs: LIMIT_MS, memoryMb: 512 });
afterAll(() => checker.dispose());
const ask = (source: string) => checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });

const BOMBS: readonly { readonly name: string; readonly source: string; readonly codes: readonly string[] }[] = [
  {
    name: 'nests a function in the default of another, again and again',
    source: `const nested = ${'(a='.repeat(40)}1${')=>a'.repeat(40)};`,
    codes: ['CHECK_TOO_LONG'],
  },
  {
    name: 'makes the same mistake tens of thousands of times',
    source: 'say(1);\n'.repeat(30_000),
    codes: ['CHECK_TOO_LONG', 'NOT_AWAITED'],
  },
  {
    name: 'is one comment without an end for the search through comments',
    source: `${'/'.repeat(250_000)}\nawait sleep(1);`,
    codes: ['CHECK_TOO_LONG', ''],
  },
  {
    name: 'has types that multiply',
    source: `type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Fours = \`\${Digit}\${Digit}\${Digit}\${Digit}\`;
type Grow<T, N extends unknown[] = []> = N['length'] extends 900 ? T : Grow<{ [K in keyof T]: [T[K]] }, [...N, 1]>;
const big: Grow<Record<Fours, Fours>> | null = null;
console.log(big);`,
    codes: ['CHECK_TOO_LONG', 'CHECK_FAILED', 'TS2589', 'TS2590', 'TS2345', 'TS2769'],
  },
];

describe('exhausting the check', () => {
  for (const { name, source, codes } of BOMBS) {
    test(`a program that ${name} is given up, and the next one is checked`, async () => {
      expect((await ask('await sleep(1);')).ok).toBe(true);
      let turns = 0;
      const turning = setInterval(() => {
        turns += 1;
      }, 10);
      onTestFinished(() => clearInterval(turning));
      const startMs = performance.now();
      const result = await ask(source);
      expect(performance.now() - startMs).toBeLessThan(PATIENCE_MS);
      expect(codes).toContain(result.diagnostics[0]?.code ?? '');
      if (result.diagnostics[0]?.code === 'CHECK_TOO_LONG') expect(turns).toBeGreaterThan(10);
      expect((await ask('await sleep(1);')).ok).toBe(true);
    });
  }

  test('CONTROL: such a program goes on being read where it is not ended so soon', async () => {
    const patient = startChecker({ tier: 'S1', arms: 1 }, { script, limitMs: 3 * LIMIT_MS });
    onTestFinished(() => patient.dispose());
    const startMs = performance.now();
    const result = await patient.check({ source: BOMBS[0].source, blockName: 'block-1', session: EMPTY_SCOPE });
    expect(result.diagnostics[0].code).toBe('CHECK_TOO_LONG');
    expect(performance.now() - startMs).toBeGreaterThan(3 * LIMIT_MS - 1);
  });
});

describe('a check that cannot come up', () => {
  test('says so to whoever checks, and can still be disposed of', async () => {
    const checker = startChecker({ tier: 'S1', arms: 1 }, { script: join(folder, 'not-there.js') });
    await expect(checker.check({ source: 'await homePose();', blockName: 'b', session: EMPTY_SCOPE })).rejects.toThrow(
      /not-there/,
    );
    await checker.dispose();
  });
});
