// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the programs under test are texts.
import { describe, expect, test } from 'vitest';
import type { GuestCall } from '../../skills/sandbox/policy-sandbox.ts';
import { inProcessSandbox, openBench, sandboxSession } from './sandbox-bench.ts';

const places = (call: GuestCall) => call.frames.map((f) => `${f.functionName || '-'} ${f.block}:${f.line}`);

describe('a call knows where it was made', () => {
  test('at the top level, before and after an await', async () => {
    const bench = await openBench();
    await bench.run("await say('a');\n\n  await say('b');");
    expect(bench.calls.map(places)).toEqual([['- block-1:1'], ['- block-1:3']]);
    expect(bench.calls.map((call) => call.id)).toEqual([1, 2]);
    expect(bench.calls[1].frames[0].column).toBe(9);
  });

  test('inside functions, with the callers through every await', async () => {
    const bench = await openBench();
    await bench.run(
      "async function inner() {\n  await say('1');\n  await say('2');\n}\nasync function outer() {\n  await inner();\n  await say('3');\n}\nawait outer();",
    );
    expect(bench.calls.map(places)).toEqual([
      ['inner block-1:2', 'outer block-1:6', '- block-1:9'],
      ['inner block-1:3', 'outer block-1:6', '- block-1:9'],
      ['outer block-1:7', '- block-1:9'],
    ]);
  });

  test('in a function of an earlier block', async () => {
    const bench = await openBench();
    await bench.run("async function greet() {\n  await say('hello');\n}");
    await bench.run('\n\nawait greet();');
    expect(places(bench.calls[0])).toEqual(['greet block-1:2', '- block-2:3']);
  });

  test('in loops, methods, callbacks and class members', async () => {
    const bench = await openBench();
    await bench.run(
      "class Arm {\n  async wave() {\n    await say('w');\n  }\n}\nconst arm = new Arm();\nfor (const n of [1, 2])\n  await arm.wave();\nawait Promise.all(['x'].map((t) =>\n  say(t)));",
    );
    expect(bench.calls.map((call) => places(call)[0])).toEqual(['wave block-1:3', 'wave block-1:3', '- block-1:10']);
  });

  test('whatever its functions call themselves', async () => {
    const bench = await openBench();
    await bench.runUnchecked(
      "const o = { async ['x\\tblock-9\\t1\\t1\\nfake'] () { await say('a'); } };\nawait Object.values(o)[0]();",
    );
    expect(bench.calls[0].frames.map((f) => `${f.block}:${f.line}`)).toEqual(['block-1:1', 'block-1:2']);
  });
});

describe('an error tells where and what', () => {
  test('thrown by the program, in a function, after an await', async () => {
    const bench = await openBench();
    const error = await bench.failure(
      "async function pick() {\n  await say('x');\n  throw new RangeError('too far');\n}\nawait pick();",
    );
    expect(error).toMatchObject({
      name: 'RangeError',
      message: 'too far',
      code: 'THROWN',
      stage: 'code',
      block: 'block-1',
      line: 3,
    });
    expect(error.frames.map((f) => f.line)).toEqual([3, 5]);
    expect(error.hint).not.toBe('');
  });

  test('of the robot, at the line of the call', async () => {
    const bench = await openBench();
    const error = await bench.failure('console.log(1);\nawait gotoPose([2, 0, 0], [0, 1, 0, 0]);');
    expect(error).toMatchObject({
      name: 'PolicyError',
      code: 'UNREACHABLE',
      stage: 'planning',
      line: 2,
      hint: 'Choose a target closer to the robot.',
      motion: { reached: false },
    });
  });

  test('of an unknown object, with the names that there are', async () => {
    const error = await (await openBench()).failure("await getObjectPose('blue cube');");
    expect(error).toMatchObject({ code: 'UNKNOWN_OBJECT', stage: 'perception', line: 1 });
    expect(error.message).toContain('red cube, green cube');
  });

  test('of a wrong number, by the name of the argument', async () => {
    const bench = await openBench();
    const error = await bench.failure('const n = Number.NaN;\nawait gotoPose([0, n, 0], [0, 1, 0, 0]);');
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', stage: 'code', line: 2 });
    expect(error.message).toBe('gotoPose: position[1] is NaN; numbers must be finite. Nothing moved.');
    expect(bench.calls).toEqual([]);
  });

  test('of the engine, at its line', async () => {
    const error = await (await openBench()).failure(
      'const list: string[] = [];\nconst first = list[0];\nconsole.log(first.length);',
    );
    expect(error).toMatchObject({ name: 'TypeError', line: 3, stage: 'code' });
  });

  test('that is no Error, in words', async () => {
    const error = await (await openBench()).failure("throw { reason: 'tired' };");
    expect(error.message).toContain('{ reason: "tired" }');
  });

  test('that nobody listened to, although the block went on', async () => {
    const error = await (await openBench()).failure(
      "const lost = getObjectPose('nothing');\nawait say('x');\nconsole.log([lost].length);",
    );
    expect(error).toMatchObject({ code: 'UNKNOWN_OBJECT', line: 1 });
  });

  test('and can be caught, with everything the robot said', async () => {
    const bench = await openBench();
    expect(
      await bench.printed(
        'try {\n  await gotoPose([2, 0, 0], [0, 1, 0, 0]);\n} catch (e) {\n  if (!(e instanceof PolicyError)) throw e;\n  console.log(e.name, e.code, e.stage, e.hint, e.result?.reason, e.message, e instanceof Error);\n}',
      ),
    ).toEqual([
      'PolicyError UNREACHABLE planning Choose a target closer to the robot. not-reached The pose is out of reach. Nothing moved. true',
    ]);
  });

  test('cannot be dressed up as one of the robot', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(
      "const e = new Error('x'); Object.setPrototypeOf(e, PolicyError.prototype);\ne.code = 'STOPPED'; e.stage = 'stopped'; e.stack = '    at x (block-9:1:1)';\nthrow e;",
    );
    expect(outcome).toMatchObject({ error: { code: 'THROWN', stage: 'code', block: 'block-1', line: 1 } });
  });

  test('of the robot cannot be rewritten on its way out', async () => {
    const bench = await openBench();
    const outcome = await bench.runUnchecked(
      "try { await gotoPose([2, 0, 0], [0, 1, 0, 0]); } catch (e) { e.stage = 'stopped'; e.message = 'fine'; throw e; }",
    );
    expect(outcome).toMatchObject({
      error: { code: 'UNREACHABLE', stage: 'planning', message: expect.stringContaining('out of reach') },
    });
  });
});

describe('a block ends in an error', () => {
  test('when a call still runs, which is stopped first', async () => {
    const sandbox = inProcessSandbox();
    await sandbox.open(sandboxSession());
    const events: string[] = [];
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: "1;\nsay('x');" }, async (call, signal) => {
      events.push(`${call.name} starts`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      events.push(`${call.name} is stopped`);
      return { ok: true, resultJson: '' };
    });
    events.push('outcome');
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'NOT_AWAITED', line: 2, hint: 'Write `await say(...)`.' },
    });
    expect(events).toEqual(['say starts', 'say is stopped', 'outcome']);
  });

  test('when it waits for what never comes', async () => {
    const error = await (await openBench()).failure('console.log(1);\nawait new Promise<void>(() => {});');
    expect(error).toMatchObject({ code: 'NEVER_SETTLES', stage: 'code' });
  });

  test('when the host cannot answer', async () => {
    const sandbox = inProcessSandbox();
    await sandbox.open(sandboxSession());
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: "await say('x');" }, async () => {
      throw new Error('the host is broken');
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'crash' } });
  });

  test('when it is stopped from outside', async () => {
    const sandbox = inProcessSandbox();
    await sandbox.open(sandboxSession());
    const stop = new AbortController();
    const block = { blockName: 'block-1', javascript: "await say('a');\nawait say('b');" };
    const outcome = await sandbox.run(
      block,
      async (call) => {
        if (call.argsJson === '["b"]') stop.abort();
        return { ok: true, resultJson: '' };
      },
      stop.signal,
    );
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'STOPPED', stage: 'stopped', line: 2 } });
    expect(await sandbox.run(block, async () => ({ ok: true, resultJson: '' }), AbortSignal.abort())).toMatchObject({
      error: { stage: 'stopped' },
      usage: { calls: 0 },
    });
  });

  test('but a promise that was awaited by another way is no error', async () => {
    const bench = await openBench();
    expect(
      (
        await bench.run(
          "const a = say('x');\nconst b = say('y');\nawait Promise.allSettled([a, b, getObjectPose('nothing')]);",
        )
      ).status,
    ).toBe('finished');
  });
});

describe('what a block prints', () => {
  test('comes with its level and line, in order', async () => {
    const bench = await openBench();
    const { output, outputTruncated } = await bench.run(
      "console.log('a');\nconsole.error('b');\nfor (const n of [1, 2])\n  console.info(n);",
    );
    expect(output).toEqual([
      { level: 'log', text: 'a', line: 1, robotTimeS: 0 },
      { level: 'error', text: 'b', line: 2, robotTimeS: 0 },
      { level: 'info', text: '1', line: 4, robotTimeS: 0 },
      { level: 'info', text: '2', line: 4, robotTimeS: 0 },
    ]);
    expect(outputTruncated).toBe(false);
  });

  test('is kept when the block fails', async () => {
    const { output } = await (await openBench()).run("console.log('before');\nthrow new Error('x');");
    expect(output.map((line) => line.text)).toEqual(['before']);
  });

  test('is cut at its limits', async () => {
    const bench = await openBench(inProcessSandbox(), sandboxSession({ outputBytes: 100, outputLines: 5 }));
    const many = await bench.run("for (let i = 0; i < 20; i++) console.log('x');");
    expect([many.output.length, many.outputTruncated, many.status]).toEqual([5, true, 'finished']);
    const long = await bench.run("console.log('y'.repeat(1000));\nconsole.log('z');");
    expect([long.output.length, long.output[0].text.length, long.outputTruncated]).toEqual([1, 100, true]);
  });
});
