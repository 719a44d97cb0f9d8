import { describe, expect, test } from 'vitest';
import { fastPacer, nextTurn, type Pacer, realTimePacer } from '../../drivers/simulated/pacer.ts';
import { createCallOrder } from '../../electron/session/call-order.ts';
import { createRandomStream } from '../../sim/random.ts';
import { openStand } from '../attacks/attack-harness.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** Lets the event loop have its turn now and then: as a machine does that has other things to do. */
function unevenPacer(run: number): Pacer {
  const random = createRandomStream(seed + run, 'uneven pacing');
  return () => {
    const draw = random.uniform(0, 1);
    if (draw < 0.9) return undefined;
    return draw < 0.99 ? nextTurn() : new Promise((resolve) => setTimeout(resolve, 1));
  };
}

const PACERS: readonly (() => Pacer)[] = [
  fastPacer,
  () => realTimePacer(200),
  ...Array.from({ length: 10 }, (_, run) => () => unevenPacer(run)),
];

/** What a program did on each of the paces: how it ended, what it printed, what moved. */
async function endings(source: string): Promise<string[]> {
  const seen: string[] = [];
  for (const makePacer of PACERS) {
    const stand = await openStand({ pacer: makePacer() });
    const outcome = await stand.run(source);
    const ending = outcome.status === 'failed' ? `${outcome.error.code} line ${outcome.error.line}` : 'finished';
    const printed = outcome.output.map(({ text, robotTimeS }) => `${robotTimeS}: ${text}`).join('\n');
    expect(stand.gateEvents.filter(({ kind }) => kind === 'stopped')).toEqual([]);
    seen.push([ending, printed, stand.calls.map(({ name }) => name).join(), stand.cell.traceHash()].join(' | '));
  }
  return seen;
}

describe('Calls that nobody waited for', () => {
  test.each<[string, string, RegExp]>([
    [
      'two motions at once go one after the other',
      'await Promise.all([homePose(), homePose()]);',
      /^finished .*homePose,homePose/,
    ],
    [
      'a look beside a motion is taken after it',
      `const there = homePose();
const cube = getObjectPose('red cube');
await gotoPose([0.5, 0.1, 0.2], [0, 1, 0, 0]);
await there;
console.log((await cube).position.join());`,
      /^finished .*homePose,getObjectPose,gotoPose/s,
    ],
    [
      'a failure beside a motion ends the program, and the motion is carried out',
      "await Promise.all([getObjectPose('unicorn'), homePose(), sleep(0.3)]);",
      /^UNKNOWN_OBJECT line 1 .*getObjectPose,homePose,sleep/,
    ],
    [
      'a motion that the program leaves behind is carried out',
      "const motion = gotoPose([0.5, 0.1, 0.2], [0, 1, 0, 0]);\nthrow new Error('enough');",
      /gotoPose/,
    ],
    [
      'the first of several answers wins, always the same',
      `const first = await Promise.race([sleep(0.2).then(() => 'sleep'), homePose().then(() => 'home')]);
console.log(first);
await openGripper();`,
      /sleep \| sleep,homePose,openGripper/,
    ],
  ])('%s', async (_, source, ending) => {
    const seen = await endings(source);
    expect(seen[0]).toMatch(ending);
    expect(new Set(seen).size).toBe(1);
  });
});

describe('The order of calls', () => {
  test('is that in which they were made, whatever each takes and however it ends', async () => {
    const inOrder = createCallOrder();
    const random = createRandomStream(seed, 'durations');
    const log: string[] = [];
    const calls = Array.from({ length: 30 }, (_, k) =>
      inOrder(async () => {
        log.push(`${k} begins`);
        for (let turns = Math.floor(random.uniform(0, 4)); turns > 0; turns--) await nextTurn();
        log.push(`${k} ends`);
        if (k % 3 === 0) throw new Error('a failure');
        return k;
      }),
    );
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual(calls.map((_, k) => (k % 3 === 0 ? 'rejected' : 'fulfilled')));
    expect(log).toEqual(calls.flatMap((_, k) => [`${k} begins`, `${k} ends`]));
  });
});

test('a program ends at the robot time of its task, at the stage of a timeout', async () => {
  const stand = await openStand();
  const limitS = stand.cell.task.maxRobotTimeS;
  expect(limitS).toBeLessThan(stand.cell.gate.envelope.maxRobotTimeS.hard + 1e-9);
  const outcome = await stand.run('for (let k = 0; k < 100; k++) await sleep(10);');
  expect(outcome).toMatchObject({ status: 'failed', error: { stage: 'timeout' } });
  expect(stand.cell.world.timeS).toBeGreaterThan(limitS - 10);
  expect(stand.cell.world.timeS).toBeLessThanOrEqual(limitS);
});
