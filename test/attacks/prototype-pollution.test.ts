// Attacks on what everybody inherits from: on the host's prototypes, by keys and values that the host might copy
// carelessly; and on the built-ins of the sandbox, to change what the bridge sends or what later blocks mean.

import vm from 'node:vm';
import { afterEach, describe } from 'vitest';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundlePolicyHost, rememberedSpawns } from '../unit/policy-host-bundle.ts';
import { type Attack, openStand, type Success, testAttacks } from './attack-harness.ts';
import { runUnhardened } from './bare-engine.ts';

const script = await bundlePolicyHost();

const PROTOTYPES: readonly object[] = [Object, Function, Array, Promise, String, Number, Map, Error].map(
  ({ prototype }) => prototype,
);

/** Everything that hangs on the host's prototypes, by identity. */
function inventory(): unknown[] {
  return PROTOTYPES.flatMap((prototype) => {
    const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype)) as [string, PropertyDescriptor][];
    return descriptors.flatMap(([key, { value, get, set }]) => [key, value, get, set]);
  });
}

const before = inventory();

function seenOnHost(): Success {
  const { polluted } = {} as { polluted?: unknown };
  const now = inventory();
  const same = now.length === before.length && now.every((entry, i) => Object.is(entry, before[i]));
  return polluted === undefined && same ? null : 'the host inherits something new';
}

afterEach(() => {
  for (const prototype of PROTOTYPES) delete (prototype as { polluted?: unknown }).polluted;
});

interface HostAttack extends Attack {
  /** A host that copies, or one that hands out its own objects. */
  readonly careless: 'copies' | 'shares';
}

const ON_THE_HOST: readonly HostAttack[] = [
  {
    name: 'passes an option called __proto__',
    source: `await openGripper(JSON.parse('{"__proto__": {"polluted": "yes"}, "widthM": 0.05}'));`,
    caughtBy: [],
    careless: 'copies',
  },
  {
    name: 'passes an option called constructor',
    source: `await openGripper(JSON.parse('{"constructor": {"prototype": {"polluted": "yes"}}}'));`,
    caughtBy: [],
    careless: 'copies',
  },
  {
    name: 'passes a __proto__ deep inside its arguments',
    source: `await gotoPose(JSON.parse('[{"__proto__": {"polluted": "yes"}}, 0, 0.3]'), [0, 1, 0, 0]);`,
    caughtBy: [],
    careless: 'copies',
  },
  {
    name: 'makes an own property called __proto__ without a parser',
    source: `const options = Object.defineProperty({ widthM: 0.05 }, '__proto__', { value: { polluted: 'yes' }, enumerable: true });
await openGripper(options);`,
    caughtBy: [],
    careless: 'copies',
  },
  {
    name: 'writes on the prototype of a result',
    source: "Object.assign(Object.getPrototypeOf(await getObjectPose('red cube')), { polluted: 'yes' });",
    caughtBy: [],
    careless: 'shares',
  },
  {
    name: 'writes on the prototype of a list in a result',
    source: `const { position } = await getObjectPose('red cube');
Object.assign(Object.getPrototypeOf(position), { polluted: 'yes' });`,
    caughtBy: [],
    careless: 'shares',
  },
  {
    name: 'writes on the prototype of the functions of the robot',
    source: "Object.assign(Object.getPrototypeOf(getObjectPose), { polluted: 'yes' });",
    caughtBy: [],
    careless: 'shares',
  },
  {
    name: 'writes on the prototype of an error of the robot side',
    source: `let caught: unknown;
try {
  await getObjectPose('nothing of that name');
} catch (error) {
  caught = error;
}
Object.assign(Object.getPrototypeOf(caught), { polluted: 'yes' });`,
    caughtBy: [],
    careless: 'shares',
  },
];

/** How not to copy what came over a wire. */
function mergeCarelessly(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (typeof value === 'object' && value !== null) {
      target[key] ??= {};
      mergeCarelessly(target[key] as Record<string, unknown>, value as Record<string, unknown>);
    } else {
      target[key] = value;
    }
  }
}

async function withCarelessHost(javascript: string, careless: HostAttack['careless']): Promise<void> {
  if (careless === 'copies') {
    const [{ calls }] = await runUnhardened([javascript]);
    for (const { args } of calls) mergeCarelessly({}, args as unknown as Record<string, unknown>);
    return;
  }
  const getObjectPose = (name: string) =>
    name === 'red cube' ? Promise.resolve({ position: [0, 0, 0] }) : Promise.reject(new Error('there is none'));
  await vm.runInContext(`(async () => { ${javascript} })()`, vm.createContext({ getObjectPose }));
}

describe("prototype pollution of the host's objects", () => {
  testAttacks(ON_THE_HOST, {
    underProtection: async (javascript) => {
      const sandbox = new ProcessSandbox({ spawn: rememberedSpawns(script).spawn, spare: 'none' });
      try {
        for (const stand of [await openStand(), await openStand({ sandbox })]) {
          await stand.run(javascript);
          const seen = seenOnHost();
          if (seen !== null) return seen;
          await stand.expectUnharmed();
        }
        return null;
      } finally {
        await sandbox.dispose();
      }
    },
    switchedOff: 'with a careless host',
    control: async (javascript, { careless }) => {
      await withCarelessHost(javascript, careless);
      return seenOnHost();
    },
  });
});

interface WorldAttack extends Attack {
  /** A later block that has done no wrong, and what its call must say. */
  readonly innocent: string;
  readonly truth: unknown;
}

const OPENS = { innocent: 'await openGripper({ widthM: 0.05 });', truth: [{ widthM: 0.05 }] };

const ON_THE_WORLD: readonly WorldAttack[] = [
  {
    ...OPENS,
    name: 'replaces JSON.stringify, which turns arguments into text',
    source: `try {
  Object.assign(JSON, { stringify: () => '[{"widthM":0.08}]' });
} catch {}`,
    caughtBy: [],
  },
  {
    ...OPENS,
    name: 'replaces Object.entries, which lists options',
    source: `try {
  Object.assign(Object, { entries: () => [['widthM', 0.08]] });
} catch {}`,
    caughtBy: [],
  },
  {
    ...OPENS,
    name: 'replaces a method of lists, which arguments go through',
    source: `try {
  Object.assign(Object.getPrototypeOf([]), { map: () => [{ widthM: 0.08 }] });
} catch {}`,
    caughtBy: [],
  },
  {
    name: 'replaces a function that later blocks compute with',
    source: `try {
  Object.assign(Math, { sqrt: () => 0.07 });
} catch {}`,
    innocent: "import { norm } from 'capstan:math';\nawait openGripper({ widthM: norm([0.03, 0.04, 0]) });",
    truth: [{ widthM: 0.05 }],
    caughtBy: [],
  },
  {
    name: 'replaces a step of an iterator that has no name of its own',
    source: `const prototype = Object.getPrototypeOf([1].values().map((x) => x));
try {
  Object.assign(prototype, { next: () => ({ done: false, value: 0.08 }) });
} catch {}`,
    innocent: 'await openGripper({ widthM: [0.05].values().map((x) => x).next().value });',
    truth: [{ widthM: 0.05 }],
    caughtBy: ['TS2339'],
  },
  {
    ...OPENS,
    name: 'puts a function of its own in the place of one of the robot',
    source: `const world = globalThis as unknown as Record<string, unknown>;
try {
  world.openGripper = () => sleep(0.01);
} catch {}`,
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    ...OPENS,
    name: 'makes every number finite',
    source: `try {
  Object.assign(Number, { isFinite: () => true });
} catch {}`,
    innocent: 'try {\n  await openGripper({ widthM: 0 / 0 });\n} catch {}\nawait openGripper({ widthM: 0.05 });',
    caughtBy: [],
  },
];

function told(truth: unknown, args: unknown): Success {
  const [said, meant] = [JSON.stringify(args), JSON.stringify(truth)];
  return said === meant ? null : `the call said ${said} instead of ${meant}`;
}

describe("prototype pollution of the sandbox's world", () => {
  testAttacks(ON_THE_WORLD, {
    underProtection: async (javascript, { innocent, truth }) => {
      const stand = await openStand();
      await stand.run(javascript);
      await stand.run(innocent);
      const [call] = stand.guestCalls;
      await stand.expectUnharmed();
      return told(truth, call === undefined ? 'nothing' : JSON.parse(call.argsJson));
    },
    switchedOff: 'in a world that is not frozen',
    control: async (javascript, { innocent, truth }) => {
      const [, { calls }] = await runUnhardened([javascript, innocent]);
      return told(truth, calls.find(({ name }) => name === 'openGripper')?.args ?? 'nothing');
    },
  });
});
