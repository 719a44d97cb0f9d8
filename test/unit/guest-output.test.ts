import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type OutputLine, type PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundlePolicyHost, rememberedSpawns } from './policy-host-bundle.ts';
import { CALL_S, inProcessSandbox, sandboxSession } from './sandbox-bench.ts';

const script = await bundlePolicyHost();
const open: PolicySandbox[] = [];

const KINDS: [string, () => PolicySandbox][] = [
  ['in this process', inProcessSandbox],
  ['in a process of its own', () => new ProcessSandbox({ spawn: rememberedSpawns(script).spawn, spare: 'none' })],
];

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.dispose();
});

describe.each(KINDS)('what a block prints, %s', (_kind, make) => {
  async function opened(): Promise<PolicySandbox> {
    const sandbox = make();
    open.push(sandbox);
    await sandbox.open(sandboxSession({ outputLines: 50 }));
    return sandbox;
  }

  test('arrives as it is printed: before the call that follows it, and with robot time', async () => {
    const sandbox = await opened();
    const seen: string[] = [];
    let robotTimeS = 2;
    const javascript = `console.log('first');
await say('a');
console.warn('second');
console.log('third');
await say('b');
console.log('last');`;
    const outcome = await sandbox.run(
      { blockName: 'block-1', javascript, robotTimeS },
      {
        onCall: async ({ name }) => {
          seen.push(name);
          robotTimeS += CALL_S;
          return { ok: true, resultJson: '', robotTimeS };
        },
        onOutput: ({ text, line, robotTimeS: atS }) => seen.push(`${text} (line ${line}) at ${atS} s`),
      },
    );
    expect(seen).toEqual([
      'first (line 1) at 2 s',
      'say',
      'second (line 3) at 2.5 s',
      'third (line 4) at 2.5 s',
      'say',
      'last (line 6) at 3 s',
    ]);
    expect(outcome.output.map(({ text }) => text)).toEqual(['first', 'second', 'third', 'last']);
  });

  test('is heard while the block still waits for the robot', async () => {
    const sandbox = await opened();
    let hear: (line: OutputLine) => void = () => {};
    const heard = new Promise<OutputLine>((resolve) => {
      hear = resolve;
    });
    const outcome = await sandbox.run(
      { blockName: 'block-1', javascript: "console.log('going');\nawait say('x');" },
      {
        // The call ends only when the line has come: were it kept to the end, the block would never end.
        onCall: async () => {
          expect((await heard).text).toBe('going');
          return { ok: true, resultJson: '' };
        },
        onOutput: hear,
      },
    );
    expect(outcome.status).toBe('finished');
  });

  test('is heard of a block that fails, and never more than its caps', async () => {
    const sandbox = await opened();
    const lines: OutputLine[] = [];
    const outcome = await sandbox.run(
      { blockName: 'block-1', javascript: "for (let i = 0; i < 5000; i++) console.log(i);\nthrow new Error('mine');" },
      { onCall: async () => ({ ok: true, resultJson: '' }), onOutput: (line) => lines.push(line) },
    );
    expect(outcome.status).toBe('failed');
    expect(lines).toEqual(outcome.output);
    expect(lines).toHaveLength(50);
    expect(DEFAULT_LIMITS.outputLines).toBe(1000);
  });
});
