// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the programs under test are texts.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { check, summary } from './checked-program.ts';

describe('a program passes', () => {
  test.each(['cube-lift', 'cube-stack', 'cube-restack'])('that is the expert of %s', async (task) => {
    expect(summary(await check(readFileSync(`skills/experts/${task}.s1.ts`, 'utf8')))).toEqual([]);
  });

  test.each([
    ['awaits a call', "await say('hello');"],
    [
      'imports from a module',
      "import { add } from 'capstan:math';\nawait gotoPose(add([0, 0, 0.3], [0.5, 0, 0]), [0, 1, 0, 0]);",
    ],
    ['imports a whole module', "import * as m from 'capstan:math';\nconsole.log(m.norm([1, 2, 3]));"],
    [
      'imports a type without saying so',
      "import { type Pose, Vec3, add } from 'capstan:math';\nconst p: Vec3 = add([1, 2, 3], [1, 1, 1]);\nconst q: Pose = { position: p, quatWxyz: [1, 0, 0, 0] };",
    ],
    [
      'collects promises and awaits them together',
      "const all = [getObjectPose('a'), getObjectPose('b')];\nconsole.log(await Promise.all(all));",
    ],
    ['awaits a promise later', "const later = say('x');\nawait later;"],
    ['returns a promise from a function that is awaited', "function hello() { return say('hello'); }\nawait hello();"],
    ['awaits a mapped list', "await Promise.all(['a', 'b'].map(async (name) => { await say(name); }));"],
    ['has a promise in an array literal', "await Promise.all([say('a'), say('b')]);"],
    ['chains with then and awaits the chain', "await say('x').then(() => say('y'));"],
    [
      'asks what it caught',
      'try { await homePose(); } catch (error) {\n  if (error instanceof PolicyError) console.log(error.code, error.stage, error.hint, error.result?.reached);\n  else throw error;\n}',
    ],
    [
      'has classes with private fields, getters and generics',
      'class Stack<T> { #items: T[] = []; push(item: T) { this.#items.push(item); return this; } get size() { return this.#items.length; } }\nconsole.log(new Stack<number>().push(1).size);',
    ],
    [
      'has generators, labels, destructuring and templates',
      'function* count(n: number) { for (let i = 0; i < n; i++) yield i; }\nouter: for (const i of count(3)) { for (const j of count(3)) { if (j > i) continue outer; console.log(`${i} ${j}`); } }\nconst { a, ...rest } = { a: 1, b: 2, c: 3 }; const [x = 1, , y] = [a, 2, 3]; console.log(rest, x, y);',
    ],
    [
      'declares names that elsewhere are forbidden',
      'const process = { step: 1 };\nconst module = process.step;\nconsole.log({ eval: module, window: 1 }.window);',
    ],
    [
      'uses Map, Set, JSON, RegExp, Date and BigInt',
      "console.log(new Map([[1, new Set([2])]]), JSON.parse('1'), /a+/.test('aa'), Date.now(), 10n);",
    ],
    [
      'says `satisfies`, `as const` and non-null',
      'const tools = { open: 0.08 } as const satisfies Record<string, number>;\nconst first = [1, 2].at(0)!;\nawait openGripper({ widthM: tools.open * first });',
    ],
    ['has an unused variable and unreachable code', "const unused = 1;\nif (false) { await say('never'); }"],
    ['names its one arm', "await homePose({ arm: 'left' });"],
    ['writes in any script', "const größe = '日本語 🤖';\nawait say(größe);"],
    ['has Windows line ends', 'const a = 1;\r\nawait say(`${a}`);\r\n'],
    ['ends in a comment', "await say('x'); // done"],
    ['ends in an open template', 'console.log(`a\n${1}`)'],
  ])('that %s', async (_what, source) => {
    const result = await check(source);
    expect(summary(result)).toEqual([]);
    expect(result.ok).toBe(true);
  });
});
