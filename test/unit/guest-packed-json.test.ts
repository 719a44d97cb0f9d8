import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { packedJson, parsePackedJson } from '../../skills/sandbox/packed-json.ts';
import { inProcessSandbox } from './sandbox-bench.ts';

const settings = { seed: Number(process.env.CAPSTAN_TEST_SEED), numRuns: 100 };
const long = { minLength: 256, maxLength: 400 };

/** Lists of every kind that is written in a form of its own, and such as fit none. */
const list = fc.oneof(
  fc.array(fc.nat(0xffff), long),
  fc.array(fc.nat(0xffffffff), long),
  fc.array(
    fc.nat(0xffff).map((mm) => mm / 1000),
    long,
  ),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), long),
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), long),
  fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.constant(null)), long),
);

/** Runs a program whose one function answers with a value, written as results are. */
async function sizesInside(value: unknown, javascript: string): Promise<string[]> {
  const sandbox = inProcessSandbox();
  await sandbox.open({ seed: 1, functions: [{ name: 'look', parameters: [] }], modules: [] });
  const outcome = await sandbox.run({ blockName: 'block-1', javascript }, async () => ({
    ok: true,
    resultJson: packedJson(value),
  }));
  if (outcome.status === 'failed') throw new Error(outcome.error.message);
  return outcome.output.map(({ text }) => text);
}

describe('packed JSON', () => {
  test('gives every list back bit for bit, wherever it stands', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const value = { a, inner: [{ b }, 'x'], few: [1, 2.5], nothing: null };
        const back = parsePackedJson(packedJson(value)) as typeof value;
        expect(back.few).toEqual([1, 2.5]);
        expect(back.inner[1]).toBe('x');
        const lists: [unknown[], unknown[]][] = [
          [a, back.a],
          [b, (back.inner[0] as { b: unknown[] }).b],
        ];
        for (const [was, is] of lists) {
          expect(Array.isArray(is)).toBe(true);
          expect(is.length).toBe(was.length);
          // JSON itself has no -0; where a list holds other things than numbers it is left to JSON.
          const exact = was.every(Number.isFinite);
          expect(was.every((x, i) => (exact ? Object.is(x, is[i]) : x === is[i]))).toBe(true);
        }
      }),
      settings,
    );
  });

  test('is the same text where there is no Buffer, as in a browser', () => {
    const lists = [fc.sample(list, { seed: settings.seed, numRuns: 30 }), [0.001, 0.002], Array(257).fill(65.535)];
    const here = lists.map(packedJson);
    const { Buffer: kept } = globalThis;
    vi.stubGlobal('Buffer', undefined);
    const there = lists.map(packedJson);
    vi.stubGlobal('Buffer', kept);
    expect(there).toEqual(here);
    expect(here[2]).toContain('milli16');
  });

  test('leaves short lists and small results as JSON writes them', () => {
    const pose = { position: [0.5, 0.1, 0.2], quatWxyz: [0, 1, 0, 0], many: Array.from({ length: 255 }, (_, i) => i) };
    expect(packedJson(pose)).toBe(JSON.stringify(pose));
    expect(parsePackedJson(JSON.stringify(pose))).toEqual(pose);
  });

  test('never lets NaN or an infinity become a number', () => {
    const bad = [...Array.from({ length: 400 }, (_, i) => i / 7), Number.NaN, Number.POSITIVE_INFINITY];
    expect((parsePackedJson(packedJson(bad)) as unknown[]).slice(-2)).toEqual([null, null]);
  });

  test('writes a depth image of whole millimetres in two bytes a pixel', () => {
    const depthM = Array.from({ length: 480 * 360 }, (_, i) => Math.round(600 + 300 * Math.sin(i / 1000)) / 1000);
    expect(packedJson({ depthM }).length).toBeLessThan(480 * 360 * 2.7);
  });

  test('arrives in a program as a plain list of the same numbers', async () => {
    const depthM = Array.from({ length: 5000 }, (_, i) => Math.round(600 + 300 * Math.sin(i / 100)) / 1000);
    const forms = [depthM, depthM.map(Math.fround), depthM.map((z) => z / 3), depthM.map((_, i) => i * 90_000)];
    const program = `for (const list of await look()) console.log(Array.isArray(list), list.length, list.reduce((a, b) => a + b, 0));`;
    const printed = await sizesInside(forms, program);
    expect(printed).toEqual(forms.map((list) => `true 5000 ${list.reduce((a, b) => a + b, 0)}`));
  });

  test('long lists in the arguments of a call cross quickly and are still looked at entry by entry', async () => {
    const sandbox = inProcessSandbox();
    await sandbox.open({ seed: 1, functions: [{ name: 'plan', parameters: ['pixels'] }], modules: [] });
    const lengths: number[] = [];
    const javascript = `const pixels = Array.from({ length: 172800 }, (_, i) => i);
await plan(pixels);
pixels[99999] = NaN;
let said = '';
try { await plan(pixels); } catch (error) { said = error.message; }
delete pixels[3];
try { await plan(pixels); } catch (error) { said += error.message; }
console.log(said);`;
    const outcome = await sandbox.run({ blockName: 'block-1', javascript }, async ({ argsJson }) => {
      lengths.push((JSON.parse(argsJson) as number[][])[0].length);
      return { ok: true, resultJson: '' };
    });
    expect(outcome.status).toBe('finished');
    expect(lengths).toEqual([172_800]);
    expect(outcome.output[0].text).toMatch(/pixels\[99999\] is NaN.*pixels has no entry 3/s);
  });
});
