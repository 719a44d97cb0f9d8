// Attacks on the gate: programs that try to reach it, to talk it into more than was approved, to go around it, or to
// outlast their block. What got through is seen at the robot's own door.

import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../drivers/gate/envelope.ts';
import { type Attack, openStand, type Stand, type Success, testAttacks } from './attack-harness.ts';
import { runUnhardened } from './bare-engine.ts';
import { runBesideTheGate, runWithTheGateInHand } from './ungated.ts';

interface GateAttack extends Attack {
  /** Limits of the cell, where the attack is on them. */
  readonly envelope?: Partial<Envelope>;
  /** What got through. */
  readonly through: (stand: Stand) => Success;
  /** 'beside': a robot side without gate and without validation. 'in hand': the program is given gate and robot. */
  readonly control: 'beside' | 'in hand';
}

const anyCommand = ({ commands }: Stand): Success =>
  commands.length === 0 ? null : `${commands.map(({ kind }) => kind).join()} reached the robot`;

const gripperCommand =
  (wrong: (command: { widthM: number; forceN: number }) => boolean) =>
  ({ commands }: Stand): Success => {
    const found = commands.find(({ kind, args }) => kind === 'moveGripper' && wrong(args[0] as never));
    return found === undefined ? null : `${JSON.stringify(found.args[0])} reached the robot`;
  };

const ATTACKS: readonly GateAttack[] = [
  {
    name: 'commands the robot by its name',
    source: "await robot.moveGripper({ arm: 'left', widthM: 0.01, forceN: 30 });",
    caughtBy: ['TS2304'],
    through: anyCommand,
    control: 'in hand',
  },
  {
    name: 'approves what waits for approval',
    source: "gate.approve(waiting.id, waiting.digest, { kind: 'person', name: 'the operator' });",
    caughtBy: ['TS2304'],
    through: ({ gateEvents }) =>
      gateEvents.some((event) => event.kind === 'approved' && event.by.name === 'the operator') ? 'approved' : null,
    control: 'in hand',
  },
  {
    name: 'lifts a stop by itself',
    source: `const { id } = await gate.stop({ source: 'operator', detail: 'x' });
await gate.reset(id, { kind: 'person', name: 'the operator' });`,
    caughtBy: ['TS2304'],
    through: ({ gateEvents }) => (gateEvents.some(({ kind }) => kind === 'reset') ? 'reset' : null),
    control: 'in hand',
  },
  {
    name: 'asks for a speed beyond all limits',
    source: 'await gotoPose([0.5, 0, 0.3], [0, 1, 0, 0], { speedScale: 50 });',
    caughtBy: [],
    through: ({ requests }) =>
      requests.some(({ speedScale }) => speedScale > 1) ? 'the robot was asked for that speed' : null,
    control: 'beside',
  },
  {
    name: 'asks for a speed that is no number',
    source: `const speedScale = JSON.parse('"fast"') as number;
await gotoPose([0.5, 0, 0.3], [0, 1, 0, 0], { speedScale });`,
    caughtBy: [],
    through: ({ requests }) =>
      requests.some(({ speedScale }) => !(speedScale <= 1)) ? 'the robot was asked for that speed' : null,
    control: 'beside',
  },
  {
    name: 'approaches from behind the target',
    source: 'await gotoPose([0.5, 0, 0.3], [0, 1, 0, 0], { zApproach: -0.2 });',
    caughtBy: [],
    through: anyCommand,
    control: 'beside',
  },
  {
    name: 'squeezes with the force of a press',
    source: 'await closeGripper({ forceN: 400 });',
    caughtBy: [],
    through: gripperCommand(({ forceN }) => forceN > 70),
    control: 'beside',
  },
  {
    name: 'squeezes harder than was granted',
    source: 'await closeGripper({ forceN: 65 });',
    caughtBy: [],
    through: gripperCommand(({ forceN }) => forceN > 60),
    control: 'beside',
  },
  {
    name: 'passes options that nobody has defined',
    source: `const options = { widthM: 0.01, grants: ['gripForceN'], envelope: null, approved: true };
await openGripper(options);`,
    caughtBy: [],
    through: anyCommand,
    control: 'beside',
  },
  {
    name: 'passes more than a function takes',
    source: `const send = gotoPose as unknown as (...args: unknown[]) => Promise<unknown>;
await send([0.5, 0, 0.3], [0, 1, 0, 0], {}, { plan: 'plan-1', approved: true });`,
    caughtBy: [],
    through: anyCommand,
    control: 'beside',
  },
  {
    name: 'leaves the room that is allowed',
    source: 'await gotoPose([0.5, 0.3, 0.3], [0, 1, 0, 0]);',
    caughtBy: [],
    envelope: { workspace: [{ name: 'narrow room', min: [-0.5, -0.25, -0.112], max: [0.95, 0.25, 1.3] }] },
    through: ({ cell }) => (cell.world.tool(0).position[1] > 0.25 ? 'the fingertip is outside' : null),
    control: 'beside',
  },
  {
    name: 'sends more commands than a block may',
    source: `for (let i = 0; i < 10; i++) {
  try {
    await openGripper({ widthM: 0.03 + 0.001 * i });
  } catch {}
}`,
    caughtBy: [],
    envelope: { maxCalls: { hard: 5 } },
    through: ({ commands }) => (commands.length > 5 ? `${commands.length} commands` : null),
    control: 'beside',
  },
  {
    name: 'takes more robot time than a block may',
    source: `for (let i = 0; i < 10; i++) {
  try {
    await sleep(0.5);
  } catch {}
}`,
    caughtBy: [],
    envelope: { maxRobotTimeS: { hard: 2 } },
    through: ({ cell }) => (cell.world.timeS > 2.5 ? `${cell.world.timeS} s` : null),
    control: 'beside',
  },
  {
    name: 'starts dozens of motions at once',
    source: `await Promise.allSettled(
  Array.from({ length: 60 }, (_, i) => gotoPose([0.5, 0, 0.3 + 0.001 * i], [0, 1, 0, 0])),
);`,
    caughtBy: [],
    through: ({ commands }) => (commands.some(({ besides }) => besides > 0) ? 'two at once' : null),
    control: 'beside',
  },
];

describe('the gate', () => {
  testAttacks(ATTACKS, {
    underProtection: async (javascript, { envelope, through }) => {
      const stand = await openStand({ envelope });
      await stand.run(javascript);
      const sent = stand.commands.length;
      // Whatever is left of the block would come now.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(stand.commands.length).toBe(sent);
      const found = through(stand);
      if (envelope === undefined) await stand.expectUnharmed();
      return found;
    },
    switchedOff: 'where the gate does not stand in its way',
    control: async (javascript, { control, through, envelope }) => {
      const stand = await openStand({ envelope });
      await (control === 'beside' ? runBesideTheGate : runWithTheGateInHand)(stand, javascript);
      return through(stand);
    },
  });
});

/** Goes on moving when its block is over, unless somebody ends it. */
const LEFT_RUNNING = `void (async () => {
  for (let i = 0; i < 1000; i++) await openGripper({ widthM: 0.02 + 0.0001 * (i % 100) }).catch(() => {});
})();
await getObjectPose('red cube');`;

describe('the gate, when a block is over', () => {
  test('a chain of calls that nobody awaits ends with its block', async () => {
    const stand = await openStand();
    const outcome = await stand.run(LEFT_RUNNING);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'NOT_AWAITED' } });
    const sent = stand.commands.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stand.commands.length).toBe(sent);
    expect(stand.cell.gate.state().running).toBeNull();
    await stand.expectUnharmed();
  });

  test('CONTROL: it goes on where nobody ends it', async () => {
    const stand = await openStand();
    await runBesideTheGate(stand, LEFT_RUNNING, 'ends nothing');
    const sent = stand.commands.length;
    await expect.poll(() => stand.commands.length, { timeout: 5000 }).toBeGreaterThan(sent);
  });

  const KILLED = `const world = globalThis;
world.leftOver = 0.07;
Object.assign(globalThis, { openWider: () => openGripper({ widthM: world.leftOver }) });
throw new Error('killed');`;
  const NEXT = 'await (typeof openWider === "function" ? openWider() : openGripper({ widthM: 0.05 }));';

  test('a block finds nothing of one that was killed', async () => {
    const stand = await openStand();
    expect((await stand.run(KILLED)).status).toBe('failed');
    expect((await stand.run(NEXT)).status).toBe('finished');
    expect(stand.calls.map(({ argsJson }) => argsJson)).toEqual(['[{"widthM":0.05}]']);
  });

  test('CONTROL: it finds what was left where nothing is taken back', async () => {
    const [, { calls }] = await runUnhardened([KILLED, NEXT]);
    expect(calls.map(({ args }) => args)).toEqual([[{ widthM: 0.07 }]]);
  });

  test('nothing of an approval is left when its block is over', async () => {
    const stand = await openStand();
    await stand.run('await sleep(0.01);');
    const [offered] = stand.gateEvents.flatMap((event) => (event.kind === 'offered' ? [event.offer] : []));
    const { gate } = stand.cell;
    await expect(gate.begin(offered.id, offered.claims)).rejects.toMatchObject({ code: 'APPROVAL_USED' });
  });
});
