import { describe, expect, test } from 'vitest';
import { openBench } from './sandbox-bench.ts';

/** Lines at which the calls of a program were made. */
async function linesOf(source: string): Promise<(number | undefined)[]> {
  const bench = await openBench();
  const outcome = await bench.runUnchecked(source);
  expect(outcome.status === 'failed' && outcome.error.message).toBe(false);
  return bench.calls.map(({ frames }) => frames[0]?.line);
}

describe('the place of a call', () => {
  test('is that of the `then` when a promise makes the call itself', async () => {
    expect(
      await linesOf(
        "const found = Promise.resolve('red cube');\n\nconst pose = await found\n  .then(getObjectPose);\n",
      ),
    ).toEqual([4]);
    expect(await linesOf("await Promise.reject('red cube')\n  .catch(getObjectPose);")).toEqual([2]);
    expect(
      await linesOf(
        "const names = [Promise.resolve('red cube'), Promise.resolve('green cube')];\nawait Promise.all(names.map((name) =>\n  name.then(getObjectPose)));",
      ),
    ).toEqual([3, 3]);
  });

  test('stays that of the call wherever the program makes it', async () => {
    expect(
      await linesOf(
        "const found = Promise.resolve('red cube');\nawait found.then((name) =>\n  getObjectPose(name));\nawait Promise.all(['red cube'].map((name) => getObjectPose(name)));\nawait getObjectPose('red cube');",
      ),
    ).toEqual([3, 4, 5]);
  });

  test('is told in the error of a call that a promise made', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(
      "const found = Promise.resolve('nothing');\nawait found.then(getObjectPose);",
    );
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'UNKNOWN_OBJECT', line: 2 } });
  });

  test('leaves promises what they are', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(`class Own extends Promise {}
const own = Own.resolve(1).then((x) => x + 1);
console.log(own instanceof Own, await own, Promise.prototype.then.name, Promise.prototype.then.length);
console.log(await Promise.reject(new Error('no')).then(undefined, (error) => error.message));
console.log(await Promise.resolve(5).finally(() => 7));
try { Promise.prototype.then.call({}, () => {}); } catch (error) { console.log(error.name); }`);
    expect(outcome.output.map(({ text }) => text)).toEqual(['true 2 then 2', 'no', '5', 'TypeError']);
  });
});
