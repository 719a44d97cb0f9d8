// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the programs under test are texts.
import { describe, expect, test } from 'vitest';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { check, checker } from './checked-program.ts';

const DOWN = '[0, 1, 0, 0]';

describe('the JavaScript of a program', () => {
  test('has every word at its line and column', async () => {
    const source = [
      "import { type Vec3, add } from 'capstan:math';",
      'interface Spot { at: Vec3 }',
      'const lift = (p: Vec3, by: number = 0.1): Vec3 => add(p, [0, 0, by]);',
      'const spots: Spot[] = [{ at: lift([0.5, 0, 0.1]) }];',
      'await gotoPose(spots[0]!.at as Vec3, [0, 1, 0, 0]);',
    ].join('\n');
    const { javascript } = await check(source);
    const lines = javascript.split('\n');
    source.split('\n').forEach((line, i) => {
      for (const word of ['add', 'lift', 'spots', 'gotoPose', 'await']) {
        const column = line.indexOf(word);
        if (column >= 0) expect(lines[i].slice(column, column + word.length)).toBe(word);
      }
    });
    expect(javascript).not.toMatch(/interface|: Vec3/);
  });

  test('imports no types', async () => {
    const { javascript } = await check(
      "import { Vec3, add, Pose } from 'capstan:math';\nconst p: Vec3 = add([1, 2, 3], [1, 1, 1]);\nlet q: Pose | null = null;",
    );
    expect(javascript.split('\n')[0].replace(/ +/g, ' ')).toBe("import { add, } from 'capstan:math';");
    expect(javascript).toContain('export { add, p, q };');
  });

  test('publishes values, and setters for variables only', async () => {
    const { javascript, exportedNames } = await check(
      'const a = 1; let b = 2; var c = 3; function d() {} class E {} type F = 1;',
    );
    expect(javascript.split('\n')[1]).toBe(
      'export { a, b, c, d, E }; export const $assign = { b: (b_) => { b = b_; }, c: (c_) => { c = c_; } };',
    );
    expect(exportedNames.map((entry) => `${entry.name} ${entry.kind}`)).toEqual([
      'a constant',
      'b variable',
      'c variable',
      'd constant',
      'E constant',
      'F type',
    ]);
  });
});

describe('the effects of a program', () => {
  const effects = async (source: string) => (await check(source)).effects;

  test('name every call with its lines and risk', async () => {
    const { calls } = await effects(
      `const p = await getObjectPose('red cube');\nawait gotoPose(p.position, ${DOWN});\nawait closeGripper();\nawait gotoPose(p.position, ${DOWN});`,
    );
    expect(calls).toEqual([
      { name: 'getObjectPose', risk: 'look', lines: [1], repeatedLines: [] },
      { name: 'gotoPose', risk: 'move', lines: [2, 4], repeatedLines: [] },
      { name: 'closeGripper', risk: 'grip', lines: [3], repeatedLines: [] },
    ]);
  });

  test('tell calls that may run many times', async () => {
    const { calls } = await effects(
      "for (const n of ['a']) {\n  await say(n);\n}\nasync function f() {\n  await homePose();\n}\nawait f();",
    );
    expect(calls.map((call) => [call.name, call.repeatedLines])).toEqual([
      ['homePose', [5]],
      ['say', [2]],
    ]);
  });

  test('name the objects that are written out, and the lines of those that are not', async () => {
    const { objectNames, computedNameLines } = await effects(
      "const n = 'red';\nawait getObjectPose('green cube');\nawait sampleGraspPose(`bowl`);\nawait getObjectPose(n);",
    );
    expect(objectNames).toEqual(['green cube', 'bowl']);
    expect(computedNameLines).toEqual([4]);
  });

  test('count a function that is handed on as a call', async () => {
    const { calls } = await effects(
      "await Promise.all(['a'].map((n) => say(n)));\nconst speak = say;\nawait speak('x');",
    );
    expect(calls).toEqual([{ name: 'say', risk: 'say', lines: [1, 2], repeatedLines: [1] }]);
  });

  test('do not take a method of the same name for the robot', async () => {
    expect((await effects('const o = { say: () => 1 };\no.say();')).calls).toEqual([]);
  });

  test('tell loops that may never end, and warn of those that never wait', async () => {
    const result = await check(
      "let n = 0;\nwhile (n < 3) {\n  n++;\n}\nfor (;;) { await say('x'); break; }\nfor (let i = 0; i < 3; i++) console.log(i);",
    );
    expect(result.ok).toBe(true);
    expect(result.effects.loops).toEqual([
      { line: 2, endLine: 4, kind: 'unbounded', waits: 'never' },
      { line: 5, endLine: 5, kind: 'unbounded', waits: 'inside' },
      { line: 6, endLine: 6, kind: 'bounded', waits: 'never' },
    ]);
    expect(result.diagnostics.map((d) => `${d.line} ${d.severity} ${d.code}`)).toEqual(['2 warning LOOP_NEVER_WAITS']);
  });

  test('do not take an await of a function inside the loop for one of the loop', async () => {
    const result = await check("while (true) { const f = async () => { await say('x'); }; console.log(f); }");
    expect(result.diagnostics.map((d) => d.code)).toEqual(['LOOP_NEVER_WAITS']);
  });

  test('are told for a program that is refused, too', async () => {
    expect((await effects('await homePose();\nprocess.exit();')).calls.map((call) => call.name)).toEqual(['homePose']);
  });
});

describe('the checker', () => {
  test('gives the same result for the same program', async () => {
    const first = await check('await homePose();');
    expect(await check('await homePose();')).toBe(first);
  });

  test('is not thrown off by a broken program before a good one', async () => {
    await check('const x: = 1');
    await check('('.repeat(50_000));
    expect((await check('await homePose(); // after')).ok).toBe(true);
  });

  test('refuses to start when it is told to stop', async () => {
    const request = { source: 'await homePose();', blockName: 'block-1', session: EMPTY_SCOPE };
    await expect(checker.check(request, AbortSignal.abort())).rejects.toThrow();
  });

  test('gives up on types that take for ever', async () => {
    const source =
      'type Grow<T extends string> = T extends `${infer A}${infer B}` ? `${A}${A}${Grow<B>}` | `${A}${Grow<B>}` : T;\nconst x: Grow<"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"> = "";\nconsole.log(x);';
    const start = performance.now();
    expect((await check(source)).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});
