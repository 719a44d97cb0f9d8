// Attacks on what a tier may not know. Tier S1 is given the true poses of the objects, and no more: not the seed, not the
// goal, not the parts of the simulator that have no name in the task. Attacks of the tiers with real perception belong
// into the same list, with the tier from which on nobody may know.

import { describe, expect, test } from 'vitest';
import { readTask } from '../../electron/session/installation.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { BlockHost, BlockOutcome, CallHandler, PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import { type Attack, inProcessSandbox, openStand, type Stand, type Success, testAttacks } from './attack-harness.ts';
import { type BareBlock, runUnhardened } from './bare-engine.ts';

/** Found by a search that is short enough for a test, and not by chance. */
const SEED = 1234;

interface TruthAttack extends Attack {
  /** What the replies or the program's own calls show that it may not know. */
  readonly leaked: (calls: readonly SeenCall[]) => Success;
  readonly control: (javascript: string) => Promise<readonly SeenCall[]>;
}

interface SeenCall {
  readonly name: string;
  readonly args: readonly unknown[];
  /** What came back; undefined for a refusal. */
  readonly result?: unknown;
}

function callsOf({ calls }: Stand): SeenCall[] {
  return calls.map(({ name, argsJson, reply }) => ({
    name,
    args: JSON.parse(argsJson),
    ...(reply.ok && { result: reply.resultJson === '' ? null : JSON.parse(reply.resultJson) }),
  }));
}

/** A host that answers as the control says. */
async function answered(
  javascript: string,
  answer: (name: string, args: unknown[]) => unknown,
): Promise<readonly SeenCall[]> {
  const [{ calls }]: BareBlock[] = await runUnhardened([javascript], answer);
  return calls.map(({ name, args }) => ({ name, args, result: answer(name, args) ?? undefined }));
}

function says(secret: string): (calls: readonly SeenCall[]) => Success {
  return (calls) => {
    const said = calls.filter(({ name }) => name === 'say').map(({ args }) => String(args[0]));
    return said.some((text) => text.includes(secret)) ? `said ${secret}` : null;
  };
}

/** The generator behind `Math.random`, which is no secret, in the words of a program. */
const RANDOM_STREAM = `function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
function mix(h: number): number {
  let z = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
function firstNumber(seed: number): number {
  let [a, b, c] = ['a', 'b', 'c'].map((word) => mix(hash(word + '/' + seed + '/policy program')));
  let counter = 1;
  let t = 0;
  for (let i = 0; i < 13; i++) {
    t = (((a + b) >>> 0) + counter) >>> 0;
    counter++;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((((c << 21) | (c >>> 11)) >>> 0) + t) >>> 0;
  }
  return t / 4294967296;
}`;

const CRAFTED_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'left/link1',
  'left/hand',
  'left/left_finger',
  'world',
  'robot',
  '0',
  '*',
  'red cube\\u0000',
  'red cube/../table',
  'goal',
];

const { task } = readTask('cube-lift');

const ATTACKS: readonly TruthAttack[] = [
  {
    name: 'asks for the poses of things that are not objects of the task',
    source: `for (const name of ${JSON.stringify(CRAFTED_NAMES).replaceAll('\\\\u', '\\u')}) {
  try {
    await getObjectPose(name);
  } catch {}
}`,
    caughtBy: [],
    leaked: (calls) => {
      const known = calls.filter(({ result }) => result !== undefined);
      return known.length === 0 ? null : `the pose of ${known.map(({ args }) => args[0]).join()}`;
    },
    // A host that finds things by their name in one bag.
    control: async (javascript) => {
      const bag: Record<string, unknown> = {
        'left/link1': { position: [0, 0, 0.3] },
        table: { position: [0.5, 0, 0] },
      };
      return answered(javascript, (_name, [what]) => bag[what as string]);
    },
  },
  {
    name: 'asks for more than the pose of an object',
    source: `try {
  await getObjectPose('red cube', { velocity: true, all: true } as {});
} catch {}
await getObjectPose('red cube');`,
    caughtBy: [],
    leaked: (calls) => {
      const fields = calls.flatMap(({ result }) => Object.keys(result ?? {}));
      const more = fields.filter((field) => !['position', 'quatWxyz', 'extent'].includes(field));
      return more.length === 0 ? null : `told its ${more.join()}`;
    },
    control: async (javascript) => answered(javascript, () => ({ position: [0, 0, 0], velocity: [0, 0, -1] })),
  },
  {
    name: 'finds the seed of the world by its random numbers',
    source: `${RANDOM_STREAM}
const drawn = Math.random();
let found = -1;
for (let seed = 0; seed < 3000 && found < 0; seed++) if (firstNumber(seed) === drawn) found = seed;
await say(String(found));`,
    caughtBy: [],
    leaked: says(String(SEED)),
    // A session whose programs draw from the world's own seed.
    control: async (javascript) => {
      const inner = inProcessSandbox();
      const sandbox: PolicySandbox = {
        open: (session, from) => inner.open({ ...session, seed: SEED }, from),
        run: (block, onCall, signal) => inner.run(block, onCall, signal),
        snapshot: () => inner.snapshot(),
        restore: (bytes) => inner.restore(bytes),
        dispose: () => inner.dispose(),
      };
      const stand = await openStand({ seed: SEED, sandbox });
      await stand.run(javascript);
      return callsOf(stand);
    },
  },
  {
    name: 'tells everything that it can see',
    source: `import * as math from 'capstan:math';
const seen = new Set<unknown>();
const words: string[] = [];
function look(value: unknown, depth: number): void {
  if (seen.has(value) || depth > 6) return;
  seen.add(value);
  if (typeof value === 'string' || typeof value === 'number') words.push(String(value));
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    words.push(key);
    look(property.value, depth + 1);
  }
}
for (const root of [math, getObjectPose, say, console, PolicyError, await getObjectPose('red cube')]) look(root, 0);
const text = words.join(' ');
for (let i = 0; i < text.length; i += 2000) await say(text.slice(i, i + 2000));`,
    caughtBy: [],
    leaked: says('heightM'),
    // A module that knows the task.
    control: async (javascript) => {
      const leak = `\nexport const task = ${JSON.stringify(task)};`;
      const modules = GUEST_MODULES.map((module) => ({ ...module, javascript: module.javascript + leak }));
      const stand = await openStand({ modules });
      await stand.run(javascript);
      return callsOf(stand);
    },
  },
  {
    name: 'makes the host fail, and reads what it says',
    source: `try {
  await getObjectPose('red cube');
} catch (error) {
  const { message, hint, code, stack } = error as PolicyError & { stack: string };
  await say([message, hint, code, stack].join(' '));
}`,
    caughtBy: [],
    leaked: says('/host/world.bin'),
    control: async (javascript) => {
      const program = javascript.replace("await getObjectPose('red cube')", `throw ${hostFailure()}`);
      return answered(program, () => null);
    },
  },
];

/** A failure of the host as it is, for a host that hands its errors on. */
function hostFailure(): string {
  return "new Error('cannot map /host/world.bin: qvel[7] is NaN')";
}

describe('ground truth beyond the tier', () => {
  testAttacks(ATTACKS, {
    underProtection: async (javascript, { name, leaked }) => {
      const stand = await openStand({ seed: SEED });
      if (name.startsWith('makes the host fail')) {
        stand.cell.world.thing = () => {
          throw new Error('cannot map /host/world.bin: qvel[7] is NaN');
        };
      }
      await stand.run(javascript);
      // Whole again: what the host was made to lack shadows its own.
      Reflect.deleteProperty(stand.cell.world, 'thing');
      expect(stand.calls.length).toBeGreaterThan(0);
      const found = leaked(callsOf(stand));
      await stand.expectUnharmed();
      return found;
    },
    switchedOff: 'with a host that gives it away',
    control: async (javascript, { control, leaked }) => leaked(await control(javascript)),
  });
});

/** Functions of other tiers and robots, and names that every object has. */
const NO_FUNCTIONS = [
  'getObservation',
  'solveIk',
  'planMotion',
  'executePlan',
  'gotoPoses',
  'judge',
  'snapshot',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
];

/** A sandbox that has been taken over: it asks for whatever it likes. */
class TakenOver implements PolicySandbox {
  readonly replies: string[] = [];
  readonly #inner = inProcessSandbox();

  open = (...args: Parameters<PolicySandbox['open']>) => this.#inner.open(...args);
  snapshot = () => this.#inner.snapshot();
  restore = (bytes: Uint8Array) => this.#inner.restore(bytes);
  dispose = () => this.#inner.dispose();

  async run(_block: unknown, host: CallHandler | BlockHost): Promise<BlockOutcome> {
    const { onCall } = typeof host === 'function' ? { onCall: host } : host;
    const { signal } = new AbortController();
    for (const [i, name] of NO_FUNCTIONS.entries()) {
      const reply = await onCall({ id: i + 1, name, argsJson: '[]', frames: [] }, signal);
      this.replies.push(reply.ok ? 'ok' : reply.error.code);
    }
    const usage = { cpuMs: 0, memoryBytes: 0, calls: NO_FUNCTIONS.length };
    return { status: 'finished', output: [], outputTruncated: false, usage };
  }
}

describe('functions beyond the tier', () => {
  test('a program finds none of them', async () => {
    const stand = await openStand();
    const names = NO_FUNCTIONS.filter((name) => /^[a-z]\w+$/.test(name) && !(name in {}));
    const outcome = await stand.run(`await say([${names.map((name) => `typeof ${name}`).join()}].join());`);
    expect(outcome.status).toBe('finished');
    expect(JSON.parse(stand.guestCalls[0].argsJson)[0]).toBe(names.map(() => 'undefined').join());
  });

  test('a sandbox that has been taken over is answered none of them', async () => {
    const sandbox = new TakenOver();
    const stand = await openStand({ sandbox });
    await stand.run('0;');
    expect(sandbox.replies).toEqual(NO_FUNCTIONS.map(() => 'UNKNOWN_FUNCTION'));
    expect(stand.commands).toEqual([]);
  });

  test('CONTROL: a host that looks functions up on an object answers some of them', () => {
    const implementation: Record<string, unknown> = { say: () => undefined };
    expect(NO_FUNCTIONS.filter((name) => implementation[name] !== undefined)).not.toEqual([]);
  });
});
