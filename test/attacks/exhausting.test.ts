// Attacks on time and memory: every one ends at its limit, in words, with the host alive and the next block running.
// The programs run in a process of their own, as in the product: loops inside the engine end only with it.

import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BlockOutcome } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { check } from '../unit/checked-program.ts';
import { bundlePolicyHost, rememberedSpawns } from '../unit/policy-host-bundle.ts';
import { sandboxSession } from '../unit/sandbox-bench.ts';
import { errorOf, expectCaught, openStand, type Stand, withoutTypes } from './attack-harness.ts';
import { BOMBS, type Bomb, LIMITS, NO_LIMITS } from './exhausting-programs.ts';

const script = await bundlePolicyHost();
// Starting a process takes longer than most of these programs live: a session each, but one process until it is killed.
const sandbox = new ProcessSandbox({ spawn: rememberedSpawns(script).spawn, spare: 'none' });
afterAll(() => sandbox.dispose());

/** What the host may grow by while such a program runs, bytes: far more than any limit here, far less than a bomb. */
const HOST_GROWTH_BYTES = 300e6;
/** Far more than any limit; machines are busy. */
const PATIENCE_MS = 10_000;

/** Runs a program that is stopped by the operator at some time, unless it has ended by itself. */
async function runUntil(stand: Stand, javascript: string, stopAfterMs: number): Promise<BlockOutcome> {
  const stop = setTimeout(() => {
    void stand.cell.gate.stop({ source: 'operator', detail: 'end of the control' });
  }, stopAfterMs);
  onTestFinished(() => clearTimeout(stop));
  return stand.run(javascript);
}

function printedChars({ output }: BlockOutcome): number {
  return output.reduce((sum, { text }) => sum + text.length, 0);
}

function passedChars({ guestCalls }: Stand): number {
  return guestCalls.reduce((sum, { argsJson }) => sum + argsJson.length, 0);
}

/** What a program got that its limits would have kept from it. */
function gains(stand: Stand, outcome: BlockOutcome): Record<Bomb['lifted'], boolean> {
  return {
    endless: outcome.status === 'failed' && outcome.error.stage === 'stopped',
    // The engine allocates by its limit, and counts its use a little differently.
    'more memory': outcome.usage.memoryBytes > 1.25 * LIMITS.memoryBytes,
    'more calls': outcome.usage.calls > LIMITS.calls,
    'more arguments': passedChars(stand) > LIMITS.argumentChars,
    'more output': printedChars(outcome) > LIMITS.outputBytes,
  };
}

describe('exhausting time or memory', () => {
  for (const bomb of BOMBS) {
    const { name, source, caughtBy, ends, lifted } = bomb;

    test(`a program that ${name} ends at its limit, and the host goes on`, async () => {
      const checked = await check(source);
      expectCaught(checked, caughtBy);
      const stand = await openStand({ sandbox, limits: LIMITS });
      const before = process.memoryUsage().rss;
      const startMs = performance.now();
      const outcome = await stand.run(checked.ok ? checked.javascript : withoutTypes(source));
      expect(performance.now() - startMs).toBeLessThan(PATIENCE_MS);
      expect(process.memoryUsage().rss - before).toBeLessThan(HOST_GROWTH_BYTES);
      expect(ends).toContain(outcome.status === 'finished' ? 'finished' : outcome.error.code);
      if (outcome.status === 'failed') expect(['timeout', 'limit']).toContain(outcome.error.stage);
      expect(Object.values(gains(stand, outcome))).not.toContain(true);
      await stand.expectUnharmed();
    });

    test(`CONTROL: a program that ${name} goes on past its limit when limits are lifted`, async () => {
      const stand = await openStand({ sandbox, limits: NO_LIMITS });
      const stopAfterMs = lifted === 'endless' ? 3 * LIMITS.cpuMs : PATIENCE_MS;
      const outcome = await runUntil(stand, withoutTypes(source), stopAfterMs);
      expect(gains(stand, outcome), JSON.stringify(outcome.usage)).toMatchObject({ [lifted]: true });
    });
  }

  test('answers that trickle in give a program no more time than its own', async () => {
    await sandbox.open(sandboxSession({ cpuMs: 200 }));
    // Thirty calls, answered over 4.5 s; meanwhile the program is inside the engine and hears nothing.
    const program = `for (let i = 0; i < 30; i++) getObjectPose('red cube').catch(() => {});
const text = 'a'.repeat(8_000_000);
for (;;) text.indexOf('a'.repeat(500_000) + 'b');`;
    let asked = 0;
    const startMs = performance.now();
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: program }, async (_call, signal) => {
      asked += 1;
      const delay = 150 * asked;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, delay);
        signal.addEventListener('abort', () => resolve());
      });
      return { ok: true, resultJson: 'null' };
    });
    expect(errorOf(outcome)).toMatchObject({ code: 'CPU_LIMIT', stage: 'timeout' });
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test('dozens of motions at once that cannot be planned never keep a stop waiting behind them', async () => {
    const stand = await openStand();
    let turns = 0;
    let turn = setImmediate(function next() {
      turns += 1;
      turn = setImmediate(next);
    });
    const outcome = await stand.run(
      'await Promise.allSettled(Array.from({ length: 40 }, () => gotoPose([3, 0, 0.3], [0, 1, 0, 0])));',
    );
    clearImmediate(turn);
    expect(outcome.status).toBe('finished');
    expect(stand.calls.map(({ reply }) => reply.ok)).not.toContain(true);
    // The event loop, which takes in stops and beats, had a turn for every one of them.
    expect(turns).toBeGreaterThanOrEqual(40);
    await stand.expectUnharmed();
  });

  test('a motion that would take days is refused before it is computed', async () => {
    const stand = await openStand();
    const before = process.memoryUsage().rss;
    for (const speedScale of ['1e-5', '1e-9', 'Number.MIN_VALUE']) {
      const outcome = await stand.run(`await gotoPose([0.5, 0, 0.3], [0, 1, 0, 0], { speedScale: ${speedScale} });`);
      expect(errorOf(outcome)).toMatchObject({ code: 'INVALID_PLAN', line: 1 });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(HOST_GROWTH_BYTES);
    expect(stand.commands).toEqual([]);
    expect(stand.internalErrors).toEqual([]);
    await stand.expectUnharmed();
  });

  test('numbers beyond all measure are refused, and break nothing that is reached afterwards', async () => {
    const stand = await openStand();
    for (const target of ['[1e308, 1e308, -1e308]', '[1e200, 0, 0]', '[0.5, 0, -1e18]']) {
      const outcome = await stand.run(`await gotoPose(${target}, [0, 1, 0, 0]);`);
      expect(errorOf(outcome)).toMatchObject({ code: 'INVALID_ARGUMENT', stage: 'code', line: 1 });
    }
    expect(stand.internalErrors).toEqual([]);
    expect((await stand.run('await gotoPose([0.5, 0, 0.3], [0, 1, 0, 0]);')).status).toBe('finished');
  });
});
