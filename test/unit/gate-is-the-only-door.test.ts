import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type Door, findDoors } from './robot-doors.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** sim/ and renderer/ may not import a driver at all; the import check sees to that. */
const FOLDERS = ['drivers', 'skills', 'electron'];

function shippedFiles(): string[] {
  return FOLDERS.flatMap((folder) => {
    try {
      return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
    } catch {
      return []; // a folder of the map that is not there yet
    }
  });
}

let shippedDoors: readonly Door[] | undefined;

function doorsInProduct(): readonly Door[] {
  shippedDoors ??= findDoors(ROOT, shippedFiles());
  return shippedDoors;
}

// A type check of the whole product: minutes on a busy machine.
beforeAll(() => void doorsInProduct(), 300_000);

test('nothing but the gate takes execute, servo, moveGripper, advance or rest of a robot into its hands', () => {
  const outside = doorsInProduct().filter(({ file }) => !file.startsWith('drivers/gate/'));
  expect(outside.map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual([]);
});

test('inside the gate there is one place for each of them', () => {
  const doors = doorsInProduct().filter(({ file }) => file.startsWith('drivers/gate/'));
  expect(doors.map(({ file, method }) => `${file} ${method}`).sort()).toEqual([
    'drivers/gate/robot-command.ts advance',
    'drivers/gate/robot-command.ts execute',
    'drivers/gate/robot-command.ts moveGripper',
    'drivers/gate/robot-command.ts rest',
    'drivers/gate/robot-command.ts servo',
  ]);
});

const INTRUDERS: Record<string, string> = {
  'a plain call': 'export const go = (robot: Robot, plan: Plan) => robot.execute(plan);',
  'a call on a concrete driver': 'export const go = (robot: FakeRobot) => robot.advance(1);',
  'a call on a class that implements the port':
    'class Mine extends FakeRobot {}\nexport const go = (robot: Mine, plan: Plan) => robot.execute(plan);',
  'a computed name': "export const go = (robot: Robot, plan: Plan) => robot['execute'](plan);",
  'a name that is only known to the checker':
    "const name = 'execute';\nexport const go = (robot: Robot, plan: Plan) => robot[name](plan);",
  'a closed loop of its own': 'export const go = (robot: Robot, command: ServoCommand) => robot.servo(command);',
  'a closed loop under another name':
    'export const go = ({ servo: follow }: Robot, command: ServoCommand) => follow(command);',
  'a method taken for later': 'export const go = (robot: Robot) => robot.moveGripper;',
  'a destructured method': 'export const go = ({ execute }: Robot) => execute;',
  'a destructured method under another name':
    'export const go = (robot: Robot) => {\n  const { execute: run } = robot;\n  return run;\n};',
  'a slice of the port': "export const go = (robot: Pick<Robot, 'execute'>, plan: Plan) => robot.execute(plan);",
  'a robot that may be missing': 'export const go = (robot?: Robot) => robot?.advance(1);',
  'one robot of several kinds':
    'export const go = (robot: Robot | { advance(seconds: number): void }) => robot.advance(1);',
  'a generic robot': 'export const go = <Some extends Robot>(robot: Some) => robot.advance(1);',
  'an untyped robot': 'export const go = (robot: any) => robot.execute(1);',
  'a call through the prototype': 'export const go = FakeRobot.prototype.execute;',
  'a robot passed off as a permit':
    'const use = (permit: Permit) => permit.advance(1);\nexport const go = (robot: Robot) => use(robot);',
  'a robot assigned to a permit':
    'export const go = (robot: FakeRobot) => {\n  const permit: Permit = robot;\n  return permit;\n};',
  'a robot returned as a permit': 'export const go = (robot: Robot): { permit: Permit } => ({ permit: robot });',
};

const HEAD = `import type { Plan, Robot, ServoCommand } from '../drivers/robot.ts';
import { FakeRobot } from '../drivers/fake/fake-robot.ts';
interface Permit { advance(seconds: number): Promise<void> }
`;

let seenIntruders: ReadonlySet<string> | undefined;

/** One search over all intruders: each in a file of its own, none of them on disk. */
function intrudersSeen(): ReadonlySet<string> {
  const overlay = new Map(
    Object.entries(INTRUDERS).map(([name, code]) => [
      join(ROOT, `skills/${name.replaceAll(' ', '-')}.ts`),
      HEAD + code,
    ]),
  );
  seenIntruders ??= new Set(findDoors(ROOT, [...overlay.keys()], overlay).map(({ file }) => file));
  return seenIntruders;
}

test.each(Object.keys(INTRUDERS))('the search sees %s', (name) => {
  expect([...intrudersSeen()]).toContain(`skills/${name.replaceAll(' ', '-')}.ts`);
});

test('the search lets a permit of the gate be used, and a robot be asked, planned with and stopped', () => {
  const guest = join(ROOT, 'skills/guest.ts');
  const code = `import type { Plan, PlanRequest, Robot, ServoCommand } from '../drivers/robot.ts';
import type { BlockPermit } from '../drivers/gate/block-permit.ts';
export async function work(permit: BlockPermit, robot: Robot, request: PlanRequest, aim: ServoCommand): Promise<void> {
  await robot.state();
  const plan: Plan = await robot.plan(request);
  await permit.execute(plan);
  await permit.servo(aim);
  await permit.rest();
  await permit.moveGripper({ arm: 'left', widthM: 0, forceN: 20 });
  const { advance } = permit;
  await advance(1);
  await robot.stop('enough');
}`;
  expect(findDoors(ROOT, [guest], new Map([[guest, code]]))).toEqual([]);
});
