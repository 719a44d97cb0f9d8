import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import type { PolicySandbox, SandboxSession } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundlePolicyHost, rememberedSpawns } from './policy-host-bundle.ts';
import { inProcessSandbox, openBench, sandboxSession } from './sandbox-bench.ts';

const script = await bundlePolicyHost();
const open: PolicySandbox[] = [];

function processSandbox(spare: 'kept' | 'none' = 'none') {
  const { spawn, processes } = rememberedSpawns(script);
  const sandbox = new ProcessSandbox({ spawn, spare });
  open.push(sandbox);
  return { sandbox, processes };
}

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.dispose();
});

const PROGRAMS = [
  "import { add } from 'capstan:math';\nlet n = 1;\nconst cube = await getObjectPose('red cube');\nconsole.log(cube.position, Math.random());",
  'n += 1;\nasync function lift() {\n  await gotoPose(add(cube.position, [0, 0, 0.1]), [0, 1, 0, 0]);\n}\nawait lift();\nconsole.warn(n, Date.now());',
  "console.log('before');\nawait getObjectPose('nothing');",
  "console.log(n);\nthrow new RangeError('mine');",
  'console.log(n, typeof lift);',
];

describe('a sandbox in a process', () => {
  test('does what a sandbox in this process does, to the last bit', async () => {
    const remote = await openBench(processSandbox().sandbox);
    const local = await openBench(inProcessSandbox());
    for (const program of PROGRAMS) {
      const [a, b] = [await remote.run(program), await local.run(program)];
      expect({ ...a, usage: a.usage.calls }).toEqual({ ...b, usage: b.usage.calls });
      expect((await remote.sandbox.snapshot()).sha256).toBe((await local.sandbox.snapshot()).sha256);
    }
    expect(remote.calls).toEqual(local.calls);
  });

  test('serves the next session in the same process', async () => {
    const { sandbox, processes } = processSandbox();
    const first = await openBench(sandbox);
    await first.run('const a = 1;');
    const second = await openBench(sandbox);
    expect((await second.runUnchecked('console.log(typeof a);')).output[0].text).toBe('undefined');
    expect(processes).toHaveLength(1);
  });

  test('begins the like of a session anew to the last bit, whatever the one before has left', async () => {
    const { sandbox, processes } = processSandbox();
    const begun: string[] = [];
    const ended: string[] = [];
    for (const leave of ['const left = 1;', "throw new Error('left');", 'globalThis.left = 2;']) {
      const bench = await openBench(sandbox);
      begun.push((await sandbox.snapshot()).sha256);
      await bench.run(PROGRAMS[0]);
      await bench.run(PROGRAMS[1]);
      ended.push((await sandbox.snapshot()).sha256);
      expect(bench.calls.length).toBeGreaterThan(0);
      await bench.runUnchecked(leave);
    }
    const local = await openBench(inProcessSandbox());
    expect(new Set(begun)).toEqual(new Set([(await local.sandbox.snapshot()).sha256]));
    await local.run(PROGRAMS[0]);
    await local.run(PROGRAMS[1]);
    expect(new Set(ended)).toEqual(new Set([(await local.sandbox.snapshot()).sha256]));
    const other = await openBench(sandbox, sandboxSession({}, 2));
    expect(begun).not.toContain((await other.sandbox.snapshot()).sha256);
    expect(processes).toHaveLength(1);
  });

  test('of one block runs that one as any other, keeps nothing to go on from, and opens again', async () => {
    const { sandbox, processes } = processSandbox('kept');
    const one: SandboxSession = { ...sandboxSession({ cpuMs: 200 }), blocks: 'one' };
    for (const held of [sandbox, inProcessSandbox()]) {
      const bench = await openBench(held, one);
      const many = await openBench(inProcessSandbox());
      expect((await held.snapshot()).sha256).toBe((await many.sandbox.snapshot()).sha256);
      expect((await bench.run(PROGRAMS[0])).output).toEqual((await many.run(PROGRAMS[0])).output);
      await expect(bench.runUnchecked('1;')).rejects.toThrow('open the next session first');
      await expect(held.snapshot()).rejects.toThrow('open the next session first');
    }
    expect(processes, 'no spare stands by').toHaveLength(1);
    processes[0].kill();
    await processes[0].exited;
    expect((await (await openBench(sandbox, one)).run('console.log(7);')).output[0].text).toBe('7');
    expect(processes, 'one is started when it is needed').toHaveLength(2);
  });

  test('moves a session into another process by its snapshot', async () => {
    const bench = await openBench(processSandbox().sandbox);
    await bench.run("const a = 'kept';");
    const { bytes } = await bench.sandbox.snapshot();
    const other = processSandbox().sandbox;
    await other.open(sandboxSession(), bytes);
    const outcome = await other.run({ blockName: 'block-2', javascript: 'console.log(a);' }, async () => ({
      ok: true,
      resultJson: '',
    }));
    expect(outcome.output[0].text).toBe('kept');
  });

  test('refuses a damaged snapshot, and goes on with a good one', async () => {
    const { sandbox } = processSandbox();
    const bench = await openBench(sandbox);
    await bench.run('const a = 1;');
    const { bytes } = await sandbox.snapshot();
    await expect(sandbox.restore(bytes.slice(0, 100))).rejects.toThrow(/snapshot/);
    await sandbox.restore(bytes);
    expect((await bench.run('console.log(a);')).status).toBe('finished');
  });

  test('stops a call that still runs before it tells the outcome', async () => {
    const { sandbox } = processSandbox();
    await sandbox.open(sandboxSession());
    const events: string[] = [];
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: "say('x');" }, async (_call, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      events.push('stopped');
      return { ok: true, resultJson: '' };
    });
    expect(outcome).toMatchObject({ error: { code: 'NOT_AWAITED' } });
    expect(events).toEqual(['stopped']);
  });

  test('counts no time while the robot moves or the operator thinks', async () => {
    const { sandbox } = processSandbox();
    await sandbox.open(sandboxSession({ cpuMs: 100 }));
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: "await say('x');" }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return { ok: true, resultJson: '' };
    });
    expect(outcome.status).toBe('finished');
  });

  test('does not take a pause of this process for one of the program', async () => {
    const { sandbox } = processSandbox();
    await sandbox.open(sandboxSession({ cpuMs: 100 }));
    const outcome = await sandbox.run(
      { blockName: 'block-1', javascript: "await say('x');\nawait say('y');" },
      async () => {
        queueMicrotask(() => {
          const end = performance.now() + 500;
          while (performance.now() < end); // as a long computation of ours would
        });
        return { ok: true, resultJson: '' };
      },
    );
    expect(outcome.status).toBe('finished');
  });

  test('runs with no environment, no arguments and no working folder', async () => {
    const { spawnPolicyHost } = await import('../../skills/sandbox/policy-process.ts');
    if (process.platform !== 'linux') return;
    const { readFileSync, readlinkSync } = await import('node:fs');
    const before = new Set(children());
    const host = spawnPolicyHost(script);
    const [pid] = children().filter((child) => !before.has(child));
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
    await expect.poll(() => readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    host.kill();
    await host.exited;
  });

  test('is gone when it is disposed of, spare and all', async () => {
    const { sandbox, processes } = processSandbox('kept');
    await openBench(sandbox);
    expect(processes).toHaveLength(2);
    await sandbox.dispose();
    await Promise.all(processes.map((process) => process.exited));
  });

  test('that opens the next session right after a kill has one process, not two', async () => {
    const { sandbox, processes } = processSandbox();
    const bench = await openBench(sandbox, sandboxSession({ cpuMs: 100 }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await bench.runUnchecked('for (;;) {}', stop.signal);
    const next = await openBench(sandbox);
    expect((await next.run('console.log(1);')).status).toBe('finished');
    expect(processes.length).toBeLessThanOrEqual(2);
  });

  test('can be opened again after it was disposed of', async () => {
    const { sandbox } = processSandbox('kept');
    await openBench(sandbox);
    await sandbox.dispose();
    expect((await (await openBench(sandbox)).run('console.log(1);')).status).toBe('finished');
  });

  test('cannot be used before a session is open', async () => {
    const { sandbox } = processSandbox();
    await expect(
      sandbox.run({ blockName: 'block-1', javascript: '1' }, async () => ({ ok: true, resultJson: '' })),
    ).rejects.toThrow(/open/);
  });

  test('whose bundle is missing says what to do', async () => {
    const { rejects } = expect(
      new ProcessSandbox({ spawn: rememberedSpawns('/nowhere/policy-host.js').spawn, spare: 'none' }).open(
        sandboxSession(),
      ),
    );
    await rejects.toThrow(/ended/);
  });
});

function children(): string[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
