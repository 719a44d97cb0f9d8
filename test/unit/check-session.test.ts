import { describe, expect, test } from 'vitest';
import { checker, checkSession, summary } from './checked-program.ts';

/** What a block after these ones is told. */
async function told(earlier: string[], source: string): Promise<string[]> {
  const { blocks } = await checkSession(...earlier);
  return summary(await checker.check({ source, blockName: `block-${blocks.length + 1}`, session: { blocks } }));
}

describe('a later block may use', () => {
  test.each([
    ['a constant', ['const a = 1;'], 'console.log(a + 1);'],
    ['a variable, and change it', ['let n = 0;'], 'n += 1; n++;'],
    ['a variable of a declared type', ['let spot: Vec3 | null = null;'], 'spot = [1, 2, 3];'],
    [
      'a function',
      ['async function pick(name: string) { return await getObjectPose(name); }'],
      "const p = await pick('a');\nawait gotoPose(p.position, p.quatWxyz);",
    ],
    [
      'a generic function',
      ['function last<T>(list: readonly T[]): T { return list[list.length - 1]; }'],
      'const n: number = last([1, 2]);\nconst s: string = last(["a"]);\nconsole.log(n, s);',
    ],
    [
      'an overloaded function',
      ['function f(x: string): string;\nfunction f(x: number): number;\nfunction f(x: string | number) { return x; }'],
      'const n: number = f(1);\nconsole.log(n);',
    ],
    [
      'a class, to make and to name',
      ['class Stack<T> { #items: T[] = []; push(item: T): this { this.#items.push(item); return this; } }'],
      'const s: Stack<number> = new Stack<number>().push(1);\nclass Tall extends Stack<string> {}\nconsole.log(s, new Tall());',
    ],
    [
      'an interface',
      ['interface Spot { at: Vec3; free?: boolean }'],
      'const s: Spot = { at: [1, 2, 3] };\nconsole.log(s);',
    ],
    [
      'a generic type',
      ['type Named<T extends object> = T & { name: string };'],
      "const n: Named<{ x: number }> = { x: 1, name: 'a' };\nconsole.log(n);",
    ],
    [
      'names taken out of objects and lists',
      [
        "const { position: [x, y], quatWxyz: q, ...rest } = await getObjectPose('a');\nlet [first = 1, , third] = [1, 2, 3];",
      ],
      'first = x + y; third = rest.extent[0];\nawait gotoPose([x, y, 0.3], q);',
    ],
    [
      'an imported function',
      ["import { add as plus } from 'capstan:math';"],
      'console.log(plus([1, 2, 3], [1, 1, 1]));',
    ],
    [
      'an imported type',
      ["import { Matrix } from 'capstan:math';\nconst m: Matrix = [[1]];"],
      'const n: Matrix = [[2]];\nconsole.log(n, m);',
    ],
    ['an imported module', ["import * as m from 'capstan:math';"], 'console.log(m.norm([1, 2, 3]));'],
    [
      'a function that uses names of an earlier block',
      ['const LIFT = 0.1;', 'const up = (z: number) => z + LIFT;'],
      'const z: number = up(1);\nconsole.log(z);',
    ],
    [
      'an object whose type was never written',
      ["const cell = { arms: 1, names: ['a', 'b'] as const, at: { x: 1 } };"],
      "const n: 'a' | 'b' = cell.names[0];\ncell.at.x = 2;\nconsole.log(n);",
    ],
  ])('%s', async (_what, earlier, source) => {
    expect(await told(earlier, source)).toEqual([]);
  });
});

describe('a later block', () => {
  test('sees the newest of a name, whatever its kind', async () => {
    expect(await told(['const a = 1;', "const a = 'text';"], 'const b: string = a;\nconsole.log(b);')).toEqual([]);
    expect(await told(['let a = 1;', 'const a = 1;'], 'a = 2;')).toEqual([
      expect.stringMatching(/^1:1 error TS2632 .*an earlier block declared it constant/),
    ]);
    expect(await told(['const a = 1;', 'let a = 1;'], 'a = 2;')).toEqual([]);
    expect(await told(['function a() {}', 'type a = number;'], 'const n: a = 1;\nconsole.log(n);')).toEqual([]);
  });

  test('may declare a name anew', async () => {
    expect(
      await told(
        ['const a = 1;\nfunction f() {}\nclass C {}'],
        "let a = 'x';\nconst f = a;\ntype C = string;\nconst c: C = f;\nconsole.log(c);",
      ),
    ).toEqual([]);
    expect(
      await told(
        ["import { add } from 'capstan:math';"],
        "import { add } from 'capstan:math';\nconsole.log(add([1, 2, 3], [1, 2, 3]));",
      ),
    ).toEqual([]);
    expect(await told(['const i = 1;'], 'for (var i = 0; i < 2; i++) console.log(i);')).toEqual([]);
  });

  test('may hide a name inside a function', async () => {
    expect(await told(['const a = 1;'], "const f = (a: string) => a;\nconsole.log(f('x'));")).toEqual([]);
  });

  test('that builds a name from the one it hides is told why that fails', async () => {
    expect(await told(['const count = 1;'], 'const count = count + 1;')).toEqual([
      expect.stringMatching(/TS7022 .*hides the earlier one/),
      expect.stringMatching(/^1:15 error TS2448 .*hides the earlier one: choose another name/),
    ]);
  });

  test('cannot change a constant, nor use it as another type', async () => {
    expect(await told(['const a = 1;'], 'a = 2;')).toHaveLength(1);
    expect(await told(['const a = 1;'], 'const s: string = a;\nconsole.log(s);')).toEqual([
      expect.stringMatching(/^1:7 error TS2322/),
    ]);
  });

  test('that misspells a name is offered the right one', async () => {
    expect(await told(['const redCube = 1;'], 'console.log(redCub);')).toEqual([
      expect.stringMatching(/Did you mean `redCube`/),
    ]);
  });

  test('does not see what a block has kept inside a statement', async () => {
    expect(
      await told(
        ['{ const inner = 1; console.log(inner); }\nfor (var i = 0; i < 1; i++) {}'],
        'console.log(inner, i);',
      ),
    ).toHaveLength(2);
  });

  test('has the names of a forgotten promise flagged as ever', async () => {
    expect(await told(["async function go() { await say('x'); }"], 'go();')).toEqual([
      expect.stringMatching(/NOT_AWAITED/),
    ]);
  });

  test('counts a call through a name of its own as a call of the robot', async () => {
    const { blocks } = await checkSession("async function go() { await say('x'); }");
    const result = await checker.check({
      source: 'await go();\nawait homePose();',
      blockName: 'block-2',
      session: { blocks },
    });
    expect(result.effects.calls.map((call) => call.name)).toEqual(['homePose']);
  });

  test('of a long session is still checked', async () => {
    const sources = Array.from(
      { length: 30 },
      (_, i) => `const step${i} = ${i};\nlet shared = step${i};\nconsole.log(shared);`,
    );
    const { results } = await checkSession(...sources);
    expect(results).toHaveLength(30);
  });
});
