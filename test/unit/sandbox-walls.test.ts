// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the programs under test are texts.
import { describe, expect, test } from 'vitest';
import { openBench } from './sandbox-bench.ts';

/** Runs JavaScript that got past the check, and gives what it printed. */
async function told(javascript: string): Promise<string[]> {
  const bench = await openBench();
  const outcome = await bench.runUnchecked(javascript);
  if (outcome.status === 'failed') throw new Error(`${outcome.error.name}: ${outcome.error.message}`);
  return outcome.output.map((line) => line.text);
}

describe('inside the sandbox there is', () => {
  test('nothing of the host: no timers, files, network, processes, modules', async () => {
    const names = [
      'process',
      'require',
      'module',
      'Buffer',
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'performance',
      'navigator',
      'window',
      'self',
      'global',
      'document',
      'Worker',
      'WebAssembly',
      'SharedArrayBuffer',
      'Atomics',
      'Proxy',
      'Reflect',
      'WeakRef',
      'FinalizationRegistry',
      'eval',
      'Function',
      'queueMicrotask',
      'structuredClone',
      'std',
      'os',
    ];
    expect(
      await told(
        `console.log([${names.map((name) => `typeof ${name}`).join(', ')}].filter((t) => t !== 'undefined').length);`,
      ),
    ).toEqual(['0']);
  });

  test('no way to make code from text', async () => {
    expect(
      await told(
        "const makers = [() => {}, async () => {}, function* () {}, async function* () {}, class {}].map((f) => f.constructor);\nfor (const make of makers) { try { make('return 1')(); console.log('made'); } catch (e) { console.log(e.message); } }",
      ),
    ).toEqual(Array.from({ length: 5 }, () => 'code cannot be made from text here'));
  });

  test('no module but those of the session', async () => {
    const bench = await openBench();
    await bench.run('const secret = 1;');
    const outcome = await bench.runUnchecked(
      "for (const name of ['block-1', 'capstan:bridge', 'fs', 'node:fs', './x.js', '/etc/passwd', 'https://x.y/z.js']) {\n  try { await import(name); console.log(name); } catch (e) { console.log(e.message, e.stack ?? ''); }\n}",
    );
    for (const line of outcome.output) expect(line.text).toMatch(/^there is no module "[^"]+"\s*$/);
    expect(outcome.output).toHaveLength(7);
  });

  test('no built-in that a program can change', async () => {
    const [unfrozen] = await told(
      `const roots = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
      roots.push(() => {}, async () => {}, function* () {}, async function* () {}, Object.getPrototypeOf(function* () {}).prototype, Object.getPrototypeOf(async function* () {}).prototype,
        [][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ''[Symbol.iterator](), ''.matchAll(/a/g),
        [1].values().map((x) => x), Iterator.from({ next() {} }), Iterator.concat([1]), Iterator.zip([[1]]), Iterator.zipKeyed({ a: [1] }),
        [1].values().chunks(1), [1].values().windows(1), [1].values().flatMap((x) => [x]), new Error('x'), /a/, new Date(), Promise.resolve(), 1n, Symbol.iterator,
        new Uint8Array(1), new DataView(new ArrayBuffer(1)), console.log, say);
      const seen = new Set(); const loose = [];
      const own = new Set(roots.filter((root) => Object(root) === root && !Object.isFrozen(root)));
      const walk = (value, path) => {
        if (Object(value) !== value || seen.has(value)) return;
        seen.add(value);
        if (!own.has(value) && !Object.isFrozen(value) && value !== globalThis) loose.push(path);
        walk(Object.getPrototypeOf(value), path + '.__proto__');
        if (own.has(value)) return;
        for (const key of [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value)]) {
          const d = Object.getOwnPropertyDescriptor(value, key);
          for (const part of [d.value, d.get, d.set]) walk(part, path + '.' + String(key));
        }
      };
      roots.forEach((root, i) => walk(root, String(i)));
      console.log(loose.join(' ') || 'none');`,
    );
    expect(unfrozen).toBe('none');
  });

  test('no global that a program can replace', async () => {
    expect(
      await told(
        'const before = Object.getOwnPropertyNames(globalThis).map((name) => [name, globalThis[name]]);\nfor (const [name] of before) { try { globalThis[name] = 1; } catch {} try { delete globalThis[name]; } catch {} try { Object.defineProperty(globalThis, name, { value: 1 }); } catch {} }\nconsole.log(before.filter(([name, value]) => !Object.is(globalThis[name], value)).length);',
      ),
    ).toEqual(['0']);
  });

  test('no stack that names a file of the host', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(
      "const errors = [];\ntry { await import('nothing'); } catch (e) { errors.push(e); }\ntry { await gotoPose([9, 9, 9], [0, 1, 0, 0]); } catch (e) { errors.push(e); }\ntry { null.x; } catch (e) { errors.push(e); }\ntry { say(Symbol('x')); await say(Symbol('x')); } catch (e) { errors.push(e); }\ntry { new Array(-1); } catch (e) { errors.push(e); }\nfor (const e of errors) console.log(e.stack, e.message);",
    );
    const text = outcome.output.map((line) => line.text).join('\n');
    expect(text.length).toBeGreaterThan(100);
    expect(text).not.toMatch(/file:|node:|\/work|\.ts|\.js|wasm/);
  });

  test('no hook on stacks', async () => {
    expect(
      await told(
        "let caught = 0;\ntry { Error.prepareStackTrace = () => { caught++; return 'forged'; }; } catch {}\ntry { Error.stackTraceLimit = 0; } catch {}\ntry { null.x; } catch (e) { console.log(caught, e.stack.includes('block-1')); }",
      ),
    ).toEqual(['0 true']);
  });

  test('no trace of one call that another could change', async () => {
    const bench = await openBench();
    await bench.runUnchecked(
      "const p = [0.5, 0, 0.3];\nconst first = gotoPose(p, [0, 1, 0, 0]);\np[0] = 9;\nawait first;\nconst answer = await getObjectPose('red cube');\nanswer.position[0] = 7;\nawait getObjectPose('red cube').then((a) => console.log(a.position[0]));",
    );
    expect(bench.log[0]).toBe('gotoPose 0.5,0,0.3 0,1,0,0');
  });
});

describe('arguments of a call', () => {
  test.each([
    ['a function', 'await say(() => 1)', /text is a function; only plain values/],
    ['a symbol', "await say(Symbol('x'))", /text is a symbol/],
    ['a BigInt', 'await sleep(1n)', /seconds is a bigint/],
    ['a Promise', "await say(say('x'))", /text is a Promise; write `await`/],
    ['an infinity', 'await sleep(1 / 0)', /seconds is Infinity; numbers must be finite/],
    ['a hole in a list', 'await gotoPose([0, , 1], [0, 1, 0, 0])', /position has no entry 1/],
    ['a circle', 'const o = {}; o.o = o; await openGripper(o)', /nested too deep or contains itself/],
    ['a NaN in options', 'await openGripper({ widthM: NaN })', /options\.widthM is NaN/],
  ])('that are %s are refused inside, by name', async (_what, javascript, words) => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(javascript);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INVALID_ARGUMENT', stage: 'code', line: 1 } });
    if (outcome.status === 'failed') expect(outcome.error.message).toMatch(words);
  });

  test('that are typed arrays cross as lists', async () => {
    const bench = await openBench();
    await bench.runUnchecked('await gotoPose(new Float64Array([0.5, 0, 0.3]), [0, 1, 0, 0], undefined);');
    expect(bench.calls[0].argsJson).toBe('[[0.5,0,0.3],[0,1,0,0]]');
  });

  test('that bring a __proto__ of their own reach the host as plain data', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(
      'await openGripper(JSON.parse(\'{"__proto__": {"widthM": 0.01}, "widthM": 0.02}\'));',
    );
    expect(bench.calls[0].argsJson).toContain('__proto__');
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INVALID_ARGUMENT' } });
    expect(({} as { widthM?: number }).widthM).toBeUndefined();
  });
});
