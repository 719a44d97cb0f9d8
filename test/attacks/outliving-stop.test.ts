// Attacks on the stop: programs that do all they can to go on when somebody has pressed it. After a stop nothing more
// reaches the robot, the sandbox's process is gone, and a reset alone revives nothing.

import { afterAll, describe, expect, test } from 'vitest';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { check } from '../unit/checked-program.ts';
import { bundlePolicyHost, rememberedSpawns } from '../unit/policy-host-bundle.ts';
import {
  type Attack,
  AUTOMATIC,
  errorOf,
  expectCaught,
  openStand,
  type Stand,
  withoutTypes,
} from './attack-harness.ts';
import { bareHandler } from './ungated.ts';

const { spawn, processes } = rememberedSpawns(await bundlePolicyHost());
// A session for each test, but one process until it is killed.
const sandbox = new ProcessSandbox({ spawn, spare: 'none' });
afterAll(() => sandbox.dispose());

/** The stop comes at this robot time, in the middle of the first motion, seconds. */
const STOP_AT_S = 0.2;
/** Programs that compute may do so for ever: only the stop ends them. */
const LIMITS = { cpuMs: 600_000, calls: 100_000 };

interface StopAttack extends Attack {
  /** How it goes on where nothing holds it. */
  readonly goesOn: 'commands' | 'computes';
}

const SPOTS = `const here: Vec3 = [0.45, 0.1, 0.35];
const there: Vec3 = [0.5, -0.1, 0.3];
const down: Quat = [0, 1, 0, 0];`;

const ATTACKS: readonly StopAttack[] = [
  {
    name: 'catches every error and moves on',
    source: `${SPOTS}
for (;;) {
  try {
    await gotoPose(here, down);
    await gotoPose(there, down);
  } catch {}
}`,
    caughtBy: [],
    goesOn: 'commands',
  },
  {
    name: 'keeps several chains of motions that nobody awaits',
    source: `${SPOTS}
async function keepMoving(): Promise<never> {
  for (;;) {
    await gotoPose(here, down).catch(() => {});
    await gotoPose(there, down).catch(() => {});
  }
}
for (let i = 0; i < 3; i++) void keepMoving();
await keepMoving();`,
    caughtBy: ['NOT_AWAITED'],
    goesOn: 'commands',
  },
  {
    name: 'moves on in a finally',
    source: `${SPOTS}
try {
  await gotoPose(here, down);
  await gotoPose(there, down);
  await sleep(50);
} finally {
  for (let i = 0; i < 1000; i++) {
    await gotoPose(i % 2 === 0 ? here : there, down).catch(() => {});
  }
}`,
    caughtBy: [],
    goesOn: 'commands',
  },
  {
    name: 'moves whenever somebody looks whether it is done',
    source: `${SPOTS}
const never = {
  then(resolve: (value: number) => void): void {
    gotoPose(here, down).then(() => resolve(1), () => resolve(0));
  },
};
for (;;) {
  await never;
  await gotoPose(there, down).catch(() => {});
}`,
    caughtBy: ['NOT_AWAITED'],
    goesOn: 'commands',
  },
  {
    name: 'moves in an asynchronous generator that cannot be closed',
    source: `${SPOTS}
async function* motions(): AsyncGenerator<number> {
  try {
    for (;;) yield (await gotoPose(here, down)).durationS;
  } finally {
    for (;;) {
      await gotoPose(there, down).catch(() => {});
      await gotoPose(here, down).catch(() => {});
    }
  }
}
for await (const seconds of motions()) await gotoPose(there, down, { speedScale: seconds > 0 ? 1 : 0.5 });`,
    caughtBy: [],
    goesOn: 'commands',
  },
  {
    name: 'moves while its own error is read',
    source: `${SPOTS}
const pending: Promise<unknown>[] = [];
class Last extends Error {
  override get message(): string {
    pending.push(openGripper({ widthM: 0.01 }));
    return 'the last';
  }
}
try {
  await gotoPose(here, down);
  await gotoPose(there, down);
  await sleep(50);
} catch {
  throw new Last();
}`,
    caughtBy: [],
    goesOn: 'commands',
  },
  {
    name: 'computes on in a loop of its own',
    source: `${SPOTS}
try {
  await gotoPose(here, down);
  await gotoPose(there, down);
  await sleep(50);
} catch {
  for (;;);
}`,
    caughtBy: [],
    goesOn: 'computes',
  },
  {
    name: 'computes on inside the engine',
    source: `${SPOTS}
const first = gotoPose(here, down);
const text = 'a'.repeat(2_000_000);
const part = 'a'.repeat(500_000).concat('b');
for (;;) text.indexOf(part);
await first;`,
    caughtBy: [],
    goesOn: 'computes',
  },
];

function atRobotTime({ cell }: Stand, timeS: number, act: () => void): void {
  const end = cell.world.onTick(() => {
    if (cell.world.timeS < timeS) return;
    end();
    // Not from inside the physics: stops come from elsewhere.
    setImmediate(act);
  });
}

const aWhile = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function jointsOf({ cell }: Stand): Promise<readonly number[]> {
  return (await cell.robot.state()).arms[0].jointPositionsRad;
}

async function runAndStop(javascript: string): Promise<void> {
  const stand = await openStand({ sandbox, limits: LIMITS });
  const { gate, robot, world } = stand.cell;
  const process = processes[processes.length - 1];
  let sentBefore = -1;
  const stopped = new Promise<Awaited<ReturnType<typeof gate.stop>>>((resolve) => {
    atRobotTime(stand, STOP_AT_S, () => {
      resolve(gate.stop({ source: 'operator', detail: 'the button' }));
      sentBefore = stand.commands.length;
    });
  });

  const outcome = await stand.run(javascript);
  expect(errorOf(outcome)).toMatchObject({ stage: 'stopped' });
  const { id, sent, restConfirmed } = await stopped;
  expect({ sent, restConfirmed }).toEqual({ sent: true, restConfirmed: true });
  await process.exited;
  const [joints, timeS, asked] = [await jointsOf(stand), world.timeS, stand.guestCalls.length];
  const expectStill = async () => {
    await aWhile(30);
    expect(stand.commands.length).toBe(sentBefore);
    expect(stand.guestCalls.length).toBe(asked);
    expect(world.timeS).toBe(timeS);
    expect(await jointsOf(stand)).toEqual(joints);
  };
  await expectStill();

  await gate.reset(id, AUTOMATIC);
  await expectStill();
  expect((await robot.state()).mode).toBe('idle');
  // The approval does not come back either; a new one does.
  const offers = stand.gateEvents.flatMap((event) => (event.kind === 'offered' ? [event.offer] : []));
  await expect(gate.begin(offers[0].id, offers[0].claims)).rejects.toMatchObject({ code: 'APPROVAL_USED' });
  await stand.expectUnharmed();
}

describe('outliving a stop', () => {
  for (const { name, source, caughtBy, goesOn } of ATTACKS) {
    test(`a program that ${name} is over when the stop comes`, async () => {
      const checked = await check(source);
      expectCaught(checked, caughtBy);
      await runAndStop(checked.ok ? checked.javascript : withoutTypes(source));
    });

    test(`CONTROL: a program that ${name} goes on where a stop reaches the robot alone`, async () => {
      const stand = await openStand({ sandbox, limits: LIMITS });
      let sentBefore = Number.POSITIVE_INFINITY;
      atRobotTime(stand, STOP_AT_S, () => {
        void stand.cell.robot.stop('no gate, no kill');
        sentBefore = stand.commands.length;
      });
      const kill = new AbortController();
      let over = false;
      const block = { blockName: 'block-1', javascript: withoutTypes(source) };
      const running = stand.sandbox.run(block, bareHandler(stand), kill.signal).then(() => {
        over = true;
      });
      await expect.poll(() => stand.cell.world.timeS, { timeout: 10_000 }).toBeGreaterThan(STOP_AT_S);
      if (goesOn === 'commands') {
        await expect.poll(() => stand.commands.length - sentBefore, { timeout: 10_000 }).toBeGreaterThan(0);
      } else {
        await aWhile(300);
        expect(over).toBe(false);
      }
      kill.abort();
      await running;
    });
  }
});
