// Attacks on whatever else a program might reach: code from text, threads and shared memory, the machine's clock and its
// chance, its environment, timers, other processes, other modules. What a program got is seen in the calls it makes.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Attack, openStand, type Stand, type Success, testAttacks } from './attack-harness.ts';
import { type BareCall, runInBareNode } from './bare-node.ts';
import { runBrokenOut } from './broken-out.ts';

const folder = mkdtempSync(join(tmpdir(), 'capstan-powers-'));
const made = join(folder, 'made');
process.env.CAPSTAN_ATTACK_SECRET = 'the-secret-of-the-environment';
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  delete process.env.CAPSTAN_ATTACK_SECRET;
});

interface PowerAttack extends Attack {
  /** From the texts that the program has said. */
  readonly got: (said: readonly string[]) => Success;
}

function saidBy(calls: readonly BareCall[]): string[] {
  return calls.filter(({ name }) => name === 'say').map(({ args }) => String(args[0]));
}

function guestSaid({ guestCalls }: Stand): string[] {
  return saidBy(guestCalls.map(({ name, argsJson }) => ({ name, args: JSON.parse(argsJson) })));
}

const saysWord =
  (word: string) =>
  (said: readonly string[]): Success =>
    said.includes(word) ? word : null;

const madeFromText = { got: saysWord('made from text') };
const TEXT = 'return "made" + " from text"';
const MAKER = 'type Maker = (code: string) => () => string;';

const ATTACKS: readonly PowerAttack[] = [
  {
    ...madeFromText,
    name: 'evaluates text',
    source: `await say(eval('"made" + " from text"'));`,
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    ...madeFromText,
    name: 'makes a function from text',
    source: `await say(new Function('${TEXT}')());`,
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    ...madeFromText,
    name: 'makes an asynchronous function from text, by a way the check cannot see',
    source: `type Maker = (code: string) => () => Promise<string>;
const key = ['con', 'structor'].join('');
const make = (Object.getPrototypeOf(async () => {}) as Record<string, Maker>)[key];
await say(await make('${TEXT}')());`,
    caughtBy: [],
  },
  {
    ...madeFromText,
    name: 'makes a generator from text, by a way the check cannot see',
    source: `type Maker = (code: string) => () => Iterator<unknown, string>;
const key = ['con', 'structor'].join('');
const make = (Object.getPrototypeOf(function* () {}) as Record<string, Maker>)[key];
await say(make('${TEXT}')().next().value as string);`,
    caughtBy: [],
  },
  {
    ...madeFromText,
    name: 'makes a function from text from the inside of the language',
    source: `${MAKER}
const found = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(() => {})) as Record<string, { value?: Maker }>;
for (const [name, { value }] of Object.entries(found)) {
  if (name.length === 11) await say(value!('${TEXT}')());
}`,
    caughtBy: [],
  },
  {
    name: 'imports a module from text',
    source: `await say((await import('data:text/javascript,export default "made from text"')).default);`,
    caughtBy: ['IMPORT'],
    ...madeFromText,
  },
  {
    name: 'compiles machine code',
    source: `const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
await say(String(new WebAssembly.Instance(new WebAssembly.Module(bytes)) instanceof WebAssembly.Instance));`,
    caughtBy: ['FORBIDDEN_NAME'],
    got: saysWord('true'),
  },
  {
    name: 'shares memory and waits on it',
    source: `const shared = new Int32Array(new SharedArrayBuffer(4));
await say(Atomics.wait(shared, 0, 0, 1));`,
    caughtBy: ['FORBIDDEN_NAME'],
    got: saysWord('timed-out'),
  },
  {
    name: 'reads the clock of the machine',
    source: 'await say(String(Date.now()));',
    caughtBy: [],
    got: ([text]) => (Math.abs(Number(text) - Date.now()) < 60_000 ? 'the time of day' : null),
  },
  {
    name: 'measures time in its computations',
    source: `let clock = { now: () => Date.now() };
if ('performance' in globalThis) clock = (globalThis as unknown as { performance: typeof clock }).performance;
const start = clock.now();
for (let i = 0; i < 3e6; i++);
await say(String(clock.now() > start));`,
    caughtBy: ['FORBIDDEN_NAME'],
    got: saysWord('true'),
  },
  {
    name: 'reads the environment',
    source: "await say(process.env.CAPSTAN_ATTACK_SECRET ?? 'nothing');",
    caughtBy: ['FORBIDDEN_NAME'],
    got: saysWord('the-secret-of-the-environment'),
  },
  {
    name: 'starts another program',
    source: `const { execFileSync } = await import('node:child_process');
await say(execFileSync('echo', ['started']).toString().trim());`,
    caughtBy: ['IMPORT'],
    got: saysWord('started'),
  },
  {
    name: 'sets a timer, to go on when it is over',
    source: "setTimeout(() => void say('later'), 0);",
    caughtBy: ['TS2304'],
    got: saysWord('later'),
  },
  {
    name: 'is told when something is collected',
    source: `const registry = new FinalizationRegistry(() => {});
registry.register({}, 0);
await say(String(new WeakRef({}).deref() !== undefined));`,
    caughtBy: ['FORBIDDEN_NAME'],
    got: saysWord('true'),
  },
];

describe('other capabilities', () => {
  testAttacks(ATTACKS, {
    underProtection: async (javascript, { got }) => {
      const stand = await openStand();
      await stand.run(javascript);
      const success = got(guestSaid(stand));
      await stand.expectUnharmed();
      return success;
    },
    switchedOff: 'in a bare Node',
    control: async (javascript, { got }) => got(saidBy(await runInBareNode(javascript))),
  });

  const CHANCE = 'await say([Math.random(), Math.random(), Math.random()].join());';

  test('a program that asks for chance gets the same every time', async () => {
    const [one, other] = [await openStand(), await openStand()];
    await one.run(CHANCE);
    await other.run(CHANCE);
    expect(guestSaid(one)).toHaveLength(1);
    expect(guestSaid(one)).toEqual(guestSaid(other));
  });

  test('CONTROL: a program that asks for chance gets another one each time in a bare Node', async () => {
    expect(saidBy(await runInBareNode(CHANCE))).not.toEqual(saidBy(await runInBareNode(CHANCE)));
  });

  test.each(['std', 'os', 'qjs:std', 'qjs:os', 'bjson', 'capstan:bridge', 'session:block-1', 'block-1', '/etc/passwd'])(
    'a program finds no module %s',
    async (specifier) => {
      const stand = await openStand();
      const outcome = await stand.run(`import * as found from '${specifier}';\nawait say(Object.keys(found).join());`);
      expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'code' } });
      expect(stand.guestCalls).toEqual([]);
    },
  );
});

/** Code that has broken out of the engine, and now runs in the process around it. */
const BREAK_OUTS: readonly { readonly name: string; readonly code: string }[] = [
  {
    name: 'reads the environment',
    code: "if (process.env.CAPSTAN_ATTACK_SECRET) process.stdout.write('success');",
  },
  {
    name: 'starts another program',
    code: `process.getBuiltinModule('node:child_process').execFileSync('touch', ['${made}']);`,
  },
  {
    name: 'makes code from text',
    code: 'process.stdout.write(new Function(\'return "success"\')());',
  },
  {
    name: 'sends a signal to its parent',
    code: "process.kill(process.ppid, 0);\nprocess.stdout.write('success');",
  },
  {
    name: 'loads machine code of its own',
    code: `try {
  process.dlopen({ exports: {} }, '/nowhere.node');
} catch (error) {
  // Only the loader itself says that there is no such file.
  if (/nowhere/.test(error.message)) process.stdout.write('success');
}`,
  },
];

async function breakOut(code: string, given: 'up' | 'nothing'): Promise<Success> {
  rmSync(made, { force: true });
  const told = await runBrokenOut(code, given);
  return told.includes('success') || existsSync(made) ? 'it has got it' : null;
}

describe('other capabilities, from the process of the sandbox', () => {
  for (const { name, code } of BREAK_OUTS) {
    test(`code that has broken out of the engine and ${name} gets nowhere`, async () => {
      expect(await breakOut(code, 'up')).toBeNull();
    });

    test(`CONTROL: code that ${name} succeeds in a process that has given up nothing`, async () => {
      expect(await breakOut(code, 'nothing')).not.toBeNull();
    });
  }
});
