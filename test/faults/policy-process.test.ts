import { spawn as spawnChild } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { engineWasm, type PolicyProcess, restrictingFlags } from '../../skills/sandbox/policy-process.ts';
import type { PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundlePolicyHost, rememberedSpawns } from '../unit/policy-host-bundle.ts';
import { openBench, sandboxSession } from '../unit/sandbox-bench.ts';

const script = await bundlePolicyHost();
const open: PolicySandbox[] = [];
const NATIVE_LOOP = "const s = 'ab'.repeat(2e6); for (;;) s.indexOf('ba'.repeat(1e3) + 'c');";

function processSandbox(limits = {}) {
  const { spawn, processes } = rememberedSpawns(script);
  const sandbox = new ProcessSandbox({ spawn, spare: 'none' });
  open.push(sandbox);
  return { sandbox, processes, session: sandboxSession(limits) };
}

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.dispose();
});

describe('a sandbox process that is killed', () => {
  test('in the middle of a call ends the block as a crash; the call is stopped, the session goes on', async () => {
    const { sandbox, processes, session } = processSandbox();
    const bench = await openBench(sandbox, session);
    await bench.run('let n = 1;');
    let stopped = false;
    const outcome = await sandbox.run(
      { blockName: 'block-2', javascript: "n = 2;\nawait say('x');" },
      async (_call, signal) => {
        processes[0].kill();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        stopped = true;
        return { ok: true, resultJson: '' };
      },
    );
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'crash', line: 2 } });
    expect(stopped).toBe(true);
    expect(await bench.printed('console.log(n);')).toEqual(['1']);
  });

  test('while nothing runs is replaced when the next block comes', async () => {
    const { sandbox, processes, session } = processSandbox();
    const bench = await openBench(sandbox, session);
    await bench.run('let n = 1;');
    processes[0].kill();
    await processes[0].exited;
    const outcome = await bench.run('console.log(n);');
    expect(outcome.output[0].text).toBe('1');
  });

  test('by the operator ends the block at once, in any loop', async () => {
    const { sandbox, session } = processSandbox();
    const bench = await openBench(sandbox, session);
    for (const program of ['for (;;) {}', NATIVE_LOOP, 'for (;;) { try { await 0; } catch {} }']) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      const start = performance.now();
      const outcome = await bench.runUnchecked(program, stop.signal);
      expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'stopped' } });
      expect(performance.now() - start).toBeLessThan(5000);
    }
    expect((await bench.run('console.log(1);')).status).toBe('finished');
  });

  test('leaves no process behind', async () => {
    const { sandbox, processes, session } = processSandbox({ cpuMs: 100 });
    const bench = await openBench(sandbox, session);
    for (let i = 0; i < 3; i++) await bench.runUnchecked(NATIVE_LOOP);
    await sandbox.dispose();
    await Promise.all(processes.map((process) => process.exited));
    expect(processes.length).toBeGreaterThan(1);
  });
});

test('a sandbox process whose parent dies in the middle of a native loop dies too', async () => {
  if (process.platform === 'win32') return;
  // A parent of its own that speaks the protocol, starts the loop, tells the pid, and is then killed.
  const wasm = join(dirname(script), 'quickjs.wasm');
  writeFileSync(wasm, engineWasm());
  const parent = spawnChild(process.execPath, [
    '-e',
    `const { spawn } = require('node:child_process');
     const child = spawn(process.execPath, ${JSON.stringify([...restrictingFlags(script), script])}, { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
     const send = (message, binary = Buffer.alloc(0)) => {
       const json = Buffer.from(JSON.stringify(message)); const head = Buffer.alloc(8);
       head.writeUInt32LE(json.length, 0); head.writeUInt32LE(binary.length, 4);
       child.stdio[3].write(Buffer.concat([head, json, binary]));
     };
     send({ type: 'boot' }, require('node:fs').readFileSync(${JSON.stringify(wasm)}));
     send({ type: 'open', session: { seed: 1, functions: [], modules: [] } });
     const run = () => send({ type: 'run', block: { blockName: 'block-1', javascript: ${JSON.stringify(`console.log('loops');\n${NATIVE_LOOP}`)} } });
     child.stdio[3].on('data', (data) => {
       // The snapshot behind "opened" must be through before the loop stops all writing.
       if (data.includes('"opened"')) setTimeout(run, 300);
       if (data.includes('"loops"')) console.log(child.pid);
     });`,
  ]);
  parent.stderr.pipe(process.stderr);
  const [told] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(told.toString());
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  expect(alive()).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(alive, { timeout: 20_000 }).toBe(false);
});

/** A process that says what the test wants: what a program might do that has broken out of the engine. */
function brokenProcess(answer: (request: string, say: (bytes: Buffer) => void) => void): PolicyProcess {
  let gone!: () => void;
  const exited = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const stream: Duplex = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      answer(chunk.toString('latin1'), (bytes) => stream.push(bytes));
      done();
    },
  });
  const kill = () => {
    stream.destroy();
    gone();
  };
  return { stream, exited, hold: () => {}, kill };
}

function frame(message: unknown, binary = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(binary.length, 4);
  return Buffer.concat([head, json, binary]);
}

const call = (id: number) => frame({ type: 'call', call: { id, name: 'say', argsJson: '["x"]', frames: [] } });
const head = (json: number, binary: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(json, 0);
  bytes.writeUInt32LE(binary, 4);
  return bytes;
};

describe('a sandbox process that a program has broken is killed when it', () => {
  test.each<[what: string, lies: () => Buffer]>([
    ['says something that is no JSON', () => frame('{{{')],
    [
      'says something of a wrong form',
      () => frame({ type: 'outcome', outcome: { status: 'finished', trace: 'mine' } }),
    ],
    ['says something nobody asked for', () => frame({ type: 'booted' })],
    ['announces a message of four gigabytes', () => head(0xffffffff, 0)],
    ['announces a snapshot of four gigabytes', () => head(2, 0xffffffff)],
    [
      'names a stage that does not exist',
      () => frame({ type: 'outcome', outcome: { status: 'failed', error: { stage: 'success' } } }),
    ],
    ['reports that it is broken', () => frame({ type: 'broken', message: 'x' })],
    ['makes more calls than it may', () => Buffer.concat(Array.from({ length: 80 }, (_, i) => call(i)))],
  ])('%s', async (_what, lies) => {
    const processes: PolicyProcess[] = [];
    const spawn = () => {
      const broken = brokenProcess((request, say) => {
        if (request.includes('"type":"boot"')) say(frame({ type: 'booted' }));
        if (request.includes('"type":"open"')) say(frame({ type: 'opened' }, Buffer.from('snapshot')));
        if (request.includes('"type":"run"')) say(lies());
      });
      processes.push(broken);
      return broken;
    };
    const sandbox = new ProcessSandbox({ spawn, spare: 'none' });
    open.push(sandbox);
    await sandbox.open(sandboxSession({ calls: 50 }));
    let calls = 0;
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: '1' }, async () => {
      calls++;
      return { ok: true, resultJson: '' };
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'crash', code: 'SANDBOX_CRASH' } });
    expect(calls).toBeLessThanOrEqual(50);
    await processes[0].exited;
  });

  test('says nothing at all', async () => {
    const spawn = () =>
      brokenProcess((request, say) => {
        if (request.includes('"type":"boot"')) say(frame({ type: 'booted' }));
        if (request.includes('"type":"open"')) say(frame({ type: 'opened' }, Buffer.from('snapshot')));
      });
    const sandbox = new ProcessSandbox({ spawn, spare: 'none' });
    open.push(sandbox);
    await sandbox.open(sandboxSession({ cpuMs: 100 }));
    const outcome = await sandbox.run({ blockName: 'block-1', javascript: '1' }, async () => ({
      ok: true,
      resultJson: '',
    }));
    expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'timeout' } });
  });
});
