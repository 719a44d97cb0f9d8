// Attacks on the host's objects: programs that look for anything that belongs to the process around them. An object in
// the host's globals shows whether one was found.

import vm from 'node:vm';
import { afterEach, beforeEach, describe } from 'vitest';
import { type Attack, openStand, type Success, testAttacks } from './attack-harness.ts';

interface Sentinel {
  touched: boolean;
}

const host = globalThis as typeof globalThis & { capstanSentinel?: Sentinel };

beforeEach(() => {
  host.capstanSentinel = { touched: false };
});
afterEach(() => {
  delete host.capstanSentinel;
});

function seen(): Success {
  return host.capstanSentinel?.touched ? "touched the host's object" : null;
}

/** What every attack does with a global object it has found. */
const TOUCH = 'world.capstanSentinel.touched = true;';

/** Types that let a program say what the checker would not believe. */
const TYPES = `type World = { capstanSentinel: { touched: boolean } };
type Maker = (code: string) => () => World;
type Bag = Record<string, Record<string, Maker>>;`;

const NAME = "const key = ['con', 'structor'].join('');";

const ATTACKS: readonly Attack[] = [
  {
    name: "asks a function of the robot for its host's way to make functions",
    source: `${TYPES}
const world = (getObjectPose.constructor as unknown as Maker)('return globalThis')();
${TOUCH}`,
    caughtBy: ['FORBIDDEN_PROPERTY'],
  },
  {
    name: 'does the same with a name that the check cannot see',
    source: `${TYPES}
${NAME}
const make = (getObjectPose as unknown as Record<string, Maker>)[key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up from a result',
    source: `${TYPES}
${NAME}
const pose = await getObjectPose('red cube');
const make = (pose as unknown as Bag)[key][key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up from a list inside a result',
    source: `${TYPES}
${NAME}
const { position } = await getObjectPose('red cube');
const make = (position as unknown as Bag)[key][key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up from the promise of a call',
    source: `${TYPES}
${NAME}
const promise = getObjectPose('red cube');
await promise;
const make = (promise as unknown as Bag)[key][key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up from an error that the robot side has made',
    source: `${TYPES}
${NAME}
let caught: unknown;
try {
  await getObjectPose('nothing of that name');
} catch (error) {
  caught = error;
}
const make = (caught as Bag)[key][key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up from the console',
    source: `${TYPES}
${NAME}
const make = (console.log as unknown as Record<string, Maker>)[key];
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
  {
    name: 'climbs up along prototypes',
    source: `${TYPES}
${NAME}
const maker = Object.getPrototypeOf(Object.getPrototypeOf(await getObjectPose('red cube')) ?? say);
const make = (Object.getPrototypeOf(say) as Record<string, Maker>)[key] ?? maker;
const world = make('return globalThis')();
${TOUCH}`,
    caughtBy: [],
  },
];

/** The control: the program in a vm context, whose API is made of the host's own functions and objects. */
async function runWithHostFunctions(javascript: string): Promise<void> {
  const getObjectPose = (name: string) =>
    name === 'red cube' ? Promise.resolve({ position: [0, 0, 0] }) : Promise.reject(new Error('there is none'));
  const context = vm.createContext({ getObjectPose, say: () => Promise.resolve(), console });
  await vm.runInContext(`(async () => { ${javascript} })()`, context);
}

describe('host objects', () => {
  testAttacks(ATTACKS, {
    underProtection: async (javascript) => {
      const stand = await openStand();
      await stand.run(javascript);
      await stand.expectUnharmed();
      return seen();
    },
    switchedOff: 'where the API is made of host functions',
    control: async (javascript) => {
      await runWithHostFunctions(javascript);
      return seen();
    },
  });
});
