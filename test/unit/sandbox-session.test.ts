// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the programs under test are texts.
import { describe, expect, test } from 'vitest';
import { openBench } from './sandbox-bench.ts';

describe('names of a block', () => {
  test('stay for the next block: values, functions, classes, what was imported', async () => {
    const bench = await openBench();
    await bench.run(
      "import { add } from 'capstan:math';\nconst a = 1;\nfunction twice(n: number) { return n * 2; }\nclass Box { constructor(readonly2: number) { this.size = readonly2; } size: number; }\nconst { position: [x] } = await getObjectPose('red cube');",
    );
    expect(await bench.printed('console.log(a, twice(4), new Box(3).size, x, add([1, 2, 3], [1, 1, 1]));')).toEqual([
      '1 8 3 0.5 [2, 3, 4]',
    ]);
  });

  test('are live: a variable changed in one block is changed for the functions of another', async () => {
    const bench = await openBench();
    await bench.run('let count = 0;\nfunction bump() { count++; return count; }');
    expect(await bench.printed('count = 10;\nconsole.log(bump(), count);')).toEqual(['11 11']);
    expect(await bench.printed('console.log(count);')).toEqual(['11']);
  });

  test('may be declared anew, and the old functions keep the old one', async () => {
    const bench = await openBench();
    await bench.run('const a = 1;\nconst old = () => a;');
    await bench.run("const a = 'new';");
    expect(await bench.printed('console.log(a, old());')).toEqual(['new 1']);
  });

  test('cannot be changed when they are constant, even past the check', async () => {
    const bench = await openBench();
    await bench.run('const a = 1;');
    expect(await bench.runUnchecked('a = 2;')).toMatchObject({ status: 'failed', error: { name: 'TypeError' } });
    expect(await bench.printed('console.log(a);')).toEqual(['1']);
  });

  test('cannot stand in for a function of the robot, even past the check', async () => {
    const bench = await openBench();
    await bench.runUnchecked('const say = () => 1; export { say };');
    await bench.runUnchecked('globalThis.gotoPose = () => 1;');
    await bench.runUnchecked("Object.defineProperty(globalThis, 'homePose', { value: () => 1 });");
    await bench.run("await say('still me');\nawait homePose();");
    expect(bench.log).toEqual(['say still me', 'homePose']);
  });
});

describe('a block that fails leaves nothing behind', () => {
  test.each([
    ['throws', "n = 5; list.push(1); const later = 1; throw new Error('stop');"],
    ['is refused by the robot', 'n = 5; list.push(1);\nawait gotoPose([9, 9, 9], [0, 1, 0, 0]);'],
    ['forgets a promise', "n = 5; list.push(1);\nconst p = say('x');\nconsole.log([p].length);"],
  ])('when it %s', async (_what, source) => {
    const bench = await openBench();
    await bench.run('let n = 1;\nconst list: number[] = [];');
    expect((await bench.run(source)).status).toBe('failed');
    expect(await bench.printed('console.log(n, list);')).toEqual(['1 []']);
    const outcome = await bench.runUnchecked('console.log(typeof later, typeof p);');
    expect(outcome.output[0].text).toBe('undefined undefined');
  });

  test('and the session goes on: names, random numbers, calls', async () => {
    const bench = await openBench();
    const twin = await openBench();
    await bench.run('const a = Math.random();');
    await twin.run('const a = Math.random();');
    await bench.run("console.log(Math.random());\nthrow new Error('stop');");
    const source = "console.log(a, Math.random());\nawait say('x');";
    expect(await bench.printed(source)).toEqual(await twin.printed(source));
  });
});

describe('the world inside', () => {
  test('has the same random numbers for the same seed, and others for another', async () => {
    const numbers = 'console.log(Math.random(), Math.random(), Math.random());';
    const [a, b] = [await openBench(), await openBench()];
    expect(await a.printed(numbers)).toEqual(await b.printed(numbers));
    const { inProcessSandbox, sandboxSession } = await import('./sandbox-bench.ts');
    const other = await openBench(inProcessSandbox(), sandboxSession({}, 2));
    expect(await other.printed(numbers)).not.toEqual(await (await openBench()).printed(numbers));
  });

  test('has a clock that only robot time moves', async () => {
    const bench = await openBench();
    const [line] = await bench.printed(
      "const t0 = Date.now();\nfor (let i = 0; i < 200000; i++) Math.sqrt(i);\nconst t1 = Date.now();\nawait say('x');\nconst t2 = Date.now();\nconsole.log(new Date(t0).toISOString(), t1 - t0, t2 - t1, new Date().getTimezoneOffset());",
    );
    expect(line).toBe('2026-01-01T00:00:00.000Z 0 500 0');
    expect(await bench.printed('console.log(Date.now() - t2);')).toEqual(['0']);
  });

  test('gives numbers across the border without losing a bit', async () => {
    const bench = await openBench();
    await bench.run('await gotoPose([0.1 + 0.2, 1 / 3, 5e-324], [0, 1, 0, 0]);');
    expect(bench.calls[0].argsJson).toBe('[[0.30000000000000004,0.3333333333333333,5e-324],[0,1,0,0]]');
  });

  test('prints values as a person writes them', async () => {
    const bench = await openBench();
    expect(
      await bench.printed(
        "console.log('a', 1, null, undefined, true, 2n, [1, 'x'], { a: { b: [1] } }, new Map([[1, 2]]), new Set([1]), new Error('no'), () => 1, Symbol('s'), new Date(0), /a/g);\nconst loop: { self?: unknown } = {}; loop.self = loop; console.log(loop);\nconsole.warn(new Float64Array([1, 2]));",
      ),
    ).toEqual([
      'a 1 null undefined true 2n [1, "x"] { a: { b: [1] } } Map [[1, 2]] Set [1] Error: no [function anonymous] Symbol(s) 1970-01-01T00:00:00.000Z /a/g',
      '{ self: [circular] }',
      '[1, 2]',
    ]);
  });

  test('lets programs make errors and methods of their own, as ever', async () => {
    const bench = await openBench();
    expect(
      await bench.printed(
        "class Missed extends Error { constructor(message: string) { super(message); this.name = 'Missed'; } }\nconst e = new Missed('the cube'); e.message += '!';\nconst o: { toString?: () => string } = {}; o.toString = () => 'mine';\nconsole.log(`${e}`, e instanceof Missed, e instanceof Error, `${o}`);",
      ),
    ).toEqual(['Missed: the cube! true true mine']);
  });

  test('computes sines the same on every machine', async () => {
    const bench = await openBench();
    const [line] = await bench.printed("import { sin } from 'capstan:math';\nconsole.log(sin(1), Math.sin(1));");
    expect(line).toBe('0.8414709848078965 0.8414709848078965');
  });
});
