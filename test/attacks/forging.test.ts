// Attacks on the record: false places, false stages, false words, false verdicts. The record says what happened, and a
// program can neither write into it nor make its own fault look like somebody else's.

import { describe } from 'vitest';
import { framesOfStack } from '../../skills/sandbox/frames.ts';
import type { BlockOutcome } from '../../skills/sandbox/policy-sandbox.ts';
import { type Attack, errorOf, openStand, type Stand, type Success, testAttacks } from './attack-harness.ts';
import { rawStackOf, runUnhardened } from './bare-engine.ts';

interface Forgery extends Attack {
  /** What the record says that is not true. */
  readonly forged: (stand: Stand, outcome: BlockOutcome) => Success;
  readonly control: (javascript: string) => Promise<Success>;
}

/** A function whose name continues the stack with a frame at line 1, when the truth is `line`. */
const FRAME_NAME = "'innocent (block-1:1:7)\\n    at really'";

const FALSE_PLACES: readonly Forgery[] = [
  {
    name: 'names a function like a frame of the stack, and throws in it',
    source: `const name = ${FRAME_NAME};
const trap = { [name]: () => {
  throw new Error('where was this?');
} };
trap[name]();`,
    caughtBy: [],
    forged: (_stand, outcome) => (errorOf(outcome).line === 3 ? null : `line ${errorOf(outcome).line}`),
    control: async (javascript) => {
      const { line } = framesOfStack(await rawStackOf(javascript))[0];
      return line === 3 ? null : `line ${line}`;
    },
  },
  {
    name: 'names a function like a frame of the stack, and calls the robot in it',
    source: `const name = ${FRAME_NAME};
const trap = { [name]: () =>
  say('where was this?') };
await trap[name]();`,
    caughtBy: [],
    forged: ({ calls: [call] }) => (call.line === 3 ? null : `line ${call.line}`),
    control: async (javascript) => {
      const throws = javascript.replace('say(', 'null(');
      return framesOfStack(await rawStackOf(throws))[0].line === 3 ? null : 'the line of the name';
    },
  },
  {
    name: "names a function in the bridge's own format of frames",
    source: `const name = 'innocent\\tblock-1\\t1\\t7\\n';
const trap = { [name]: () =>
  say('where was this?') };
await trap[name]();`,
    caughtBy: [],
    forged: ({ calls: [call] }) => (call.line === 3 ? null : `line ${call.line}`),
    // A host that takes names as they are reads a frame out of this one.
    control: async (javascript) => (/^innocent\tblock-1\t1\t7$/m.test(nameIn(javascript)) ? 'line 1' : null),
  },
  {
    name: 'writes the stack and the line of its error itself',
    source: `const error = new Error('where was this?');
error.stack = '    at innocent (block-1:7:7)';
throw Object.assign(error, { line: 7, block: 'block-1', lineNumber: 7 });`,
    caughtBy: [],
    forged: (_stand, outcome) => (errorOf(outcome).line === 1 ? null : `line ${errorOf(outcome).line}`),
    control: async (javascript) => ((await runUnhardened([javascript]))[0].thrown?.line === 7 ? 'line 7' : null),
  },
];

function nameIn(javascript: string): string {
  return JSON.parse(`"${/'(.*)'/.exec(javascript)![1]}"`);
}

const FALSE_STAGES: readonly Forgery[] = [
  {
    name: "rewrites the robot's error before it throws it on",
    source: `let caught: unknown;
try {
  await getObjectPose('nothing');
} catch (error) {
  caught = error;
}
throw Object.assign(caught as Error, { stage: 'stopped', code: 'STOPPED', message: 'Stopped by the operator.' });`,
    caughtBy: [],
    forged: (_stand, outcome) => {
      const { stage, code, line } = errorOf(outcome);
      return stage === 'perception' && code === 'UNKNOWN_OBJECT' && line === 3 ? null : `${code} at ${stage}`;
    },
    control: async (javascript) => {
      const throws = javascript.replace("await getObjectPose('nothing')", "await sleep('x')");
      const [{ thrown }] = await runUnhardened([throws.replace("sleep('x')", 'sleep(() => 1)')]);
      return thrown?.stage === 'stopped' ? 'stopped' : null;
    },
  },
  {
    name: "makes an error with the prototype of the robot's",
    source: `let caught: unknown;
try {
  await getObjectPose('nothing');
} catch (error) {
  caught = error;
}
const fields = { stage: 'stopped', code: 'STOPPED', message: 'Stopped by the operator.', hint: '', name: 'PolicyError' };
throw Object.assign(Object.create(Object.getPrototypeOf(caught)), fields);`,
    caughtBy: [],
    forged: (_stand, outcome) => {
      const { stage, code } = errorOf(outcome);
      return stage === 'code' && code === 'THROWN' ? null : `${code} at ${stage}`;
    },
    control: async (javascript) => {
      const throws = javascript.replace("getObjectPose('nothing')", 'sleep(() => 1)');
      return (await runUnhardened([throws]))[0].thrown?.stage === 'stopped' ? 'stopped' : null;
    },
  },
  {
    name: 'throws an object that only looks like an error',
    source: `const fake = { name: 'PolicyError', message: 'm', stage: 'stopped', code: 'STOPPED', line: 7, stack: '    at x (block-1:7:7)' };
throw fake;`,
    caughtBy: [],
    forged: (_stand, outcome) => {
      const { stage, line } = errorOf(outcome);
      return stage === 'code' && line !== 7 ? null : `${stage}, line ${line}`;
    },
    control: async (javascript) =>
      (await runUnhardened([javascript]))[0].thrown?.stage === 'stopped' ? 'stopped' : null,
  },
];

const FALSE_WORDS: readonly Forgery[] = [
  {
    name: 'replaces console.log, so that nothing more is recorded',
    source: `try {
  Object.assign(console, { log: () => {} });
} catch {
  console.warn('console is frozen');
}
console.log('the truth');`,
    caughtBy: [],
    forged: (_stand, { output }) =>
      output.some(({ text, line }) => text === 'the truth' && line === 6) ? null : 'nothing was recorded',
    control: async (javascript) =>
      (await runUnhardened([javascript]))[0].prints.includes('the truth') ? null : 'nothing was recorded',
  },
  {
    name: 'gives arguments that change between one look and the next',
    source: `let looks = 0;
await openGripper({
  get widthM() {
    looks += 1;
    return looks === 1 ? 0.02 : 0.06;
  },
});`,
    caughtBy: [],
    forged: ({ calls: [call], commands: [command] }) => {
      const recorded = JSON.parse(call.argsJson)[0].widthM;
      const sent = (command.args[0] as { widthM: number }).widthM;
      return recorded === sent ? null : `recorded ${recorded} m, sent ${sent} m`;
    },
    // A host that holds the program's own object, records it, and reads it again when it acts.
    control: async (javascript) => {
      let seen: Success = null;
      const openGripper = async (options: { widthM: number }) => {
        const recorded: number = JSON.parse(JSON.stringify(options)).widthM;
        const sent = options.widthM;
        if (recorded !== sent) seen = `recorded ${recorded} m, sent ${sent} m`;
      };
      await new Function('openGripper', `return (async () => { ${javascript} })()`)(openGripper);
      return seen;
    },
  },
  {
    name: 'gives arguments with a toJSON of their own',
    source: `const options = { widthM: 0.06, toJSON: () => ({ widthM: 0.02 }) };
await openGripper(options as { widthM: number });`,
    caughtBy: [],
    forged: ({ calls: [call], commands: [command] }) => {
      if (command === undefined) return null;
      const sent = (command.args[0] as { widthM: number }).widthM;
      return JSON.parse(call.argsJson)[0].widthM === sent ? null : `sent ${sent} m`;
    },
    control: async (javascript) => {
      let seen: Success = null;
      const openGripper = async (options: { widthM: number }) => {
        if (JSON.parse(JSON.stringify(options)).widthM !== options.widthM) seen = 'recorded another width than sent';
      };
      await new Function('openGripper', `return (async () => { ${javascript} })()`)(openGripper);
      return seen;
    },
  },
];

async function underProtection(javascript: string, attack: Forgery): Promise<Success> {
  const stand = await openStand();
  const outcome = await stand.run(javascript);
  const seen = attack.forged(stand, outcome);
  await stand.expectUnharmed();
  return seen;
}

describe('forging the trace or output', () => {
  testAttacks([...FALSE_PLACES, ...FALSE_STAGES, ...FALSE_WORDS], {
    underProtection,
    switchedOff: 'with a host that believes it',
    control: (javascript, attack) => attack.control(javascript),
  });
});
