import { describe, expect, test } from 'vitest';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';
import { loadTask, TASK_NAMES, taskText } from './sim-drive.ts';

const STACK = taskText('cube-stack');

/** The cube-stack task with one thing changed. */
function changed(from: string | RegExp, to: string): string {
  const text = STACK.replace(from, to);
  if (text === STACK) throw new Error(`nothing to change: ${from}`);
  return text;
}

function messageOf(text: string): string {
  try {
    parseTask(text, 'task.yaml');
  } catch (error) {
    if (error instanceof YamlFileError) return error.message;
    throw error;
  }
  throw new Error('the task was accepted');
}

/** A mistake, the changed file, the line it is reported on, and what the report says about mending it. */
const MISTAKES: readonly (readonly [mistake: string, text: string, line: number, words: RegExp])[] = [
  [
    'a misspelt key',
    changed('instruction:', 'instrution:'),
    4,
    /unknown key "instrution"; did you mean "instruction"\?/,
  ],
  ['a missing name', changed(/^name.*\n/m, ''), 1, /"name" is missing; add it/],
  ['capitals in the name', changed('name: cube-stack', 'name: Cube Stack'), 2, /lower-case words joined by hyphens/],
  ['a version in words', changed('version: 1', 'version: one'), 3, /version: must be a number, not "one"/],
  ['half a version', changed('version: 1', 'version: 1.5'), 3, /version: must be a whole number, not 1\.5/],
  ['no instruction', changed(/instruction: .*/, 'instruction: ""'), 4, /instruction: must not be empty/],
  ['more arms than there can be', changed('arms: 1', 'arms: 3'), 6, /robot/],
  ['six joints', changed(', 0.78539816]', ']'), 7, /startJointsRad: must have 7 values, not 6/],
  [
    'degrees for radians',
    changed('0.19634954', '11.25'),
    7,
    /joint 2 cannot start at 11\.25 rad; it may be from -1\.66/,
  ],
  ['a joint outside its limits', changed('-2.61799388', '2.61799388'), 7, /joint 4 cannot start at 2\.61799388 rad/],
  ['a negative noise', changed('startNoiseRad: 0.02', 'startNoiseRad: -1'), 8, /must be at least 0, not -1/],
  ['a key without its unit', changed('startNoiseRad', 'startNoise'), 8, /did you mean "startNoiseRad"\?/],
  [
    'a size of two sides',
    changed('size: [0.04, 0.04, 0.04]', 'size: [0.04, 0.04]'),
    13,
    /must have at least 3 values, not 2/,
  ],
  ['a flat thing', changed('size: [0.04, 0.04, 0.04]', 'size: [0.04, 0.04, 0]'), 13, /size\[2\]: must be more than 0/],
  [
    'millimetres for metres',
    changed('size: [0.04, 0.04, 0.04]', 'size: [40, 40, 40]'),
    13,
    /size\[0\]: must be at most 2, not 40/,
  ],
  [
    'a size range the wrong way round',
    changed('size: [0.04, 0.04, 0.04]', 'size: { min: [0.05, 0.04, 0.04], max: [0.04, 0.04, 0.04] }'),
    13,
    /least size of "red cube" is larger.*swap min and max/,
  ],
  [
    'a size that is neither',
    changed('size: [0.04, 0.04, 0.04]', 'size: small'),
    13,
    /must be a list or a mapping, not "small"/,
  ],
  [
    'colours up to 255',
    changed('color: [0.82, 0.12, 0.1]', 'color: [255, 0, 0]'),
    13,
    /color\[0\]: must be at most 1, not 255/,
  ],
  ['a shape there is not', changed('shape: box', 'shape: cone'), 13, /shape: must be one of/],
  ['a key there is not', changed('shape: box,', 'shape: box, mass: 1,'), 13, /unknown key "mass"; remove it/],
  ['no weight', changed('shape: box,', 'shape: box, density: 0,'), 13, /density: must be more than 0, not 0/],
  [
    'two of three frictions',
    changed('shape: box,', 'shape: box, friction: [1, 2],'),
    13,
    /friction: must have at least 3 values, not 2/,
  ],
  [
    'two things of one name',
    changed('name: green cube', 'name: red cube'),
    14,
    /"red cube" exists twice; give one of them another name/,
  ],
  ['a thing named like the table', changed('name: green cube', 'name: table'), 14, /"table" exists twice/],
  [
    'a placement of nothing',
    changed('place: green cube', 'place: blue cube'),
    17,
    /no prop "blue cube"; the props are: "red cube", "green cube"/,
  ],
  [
    'a thing never placed',
    changed(/ {2}- \{ place: green cube.*\n/, ''),
    16,
    /"green cube" is never placed; add a placement/,
  ],
  [
    'a thing placed twice',
    changed('place: green cube', 'place: red cube'),
    17,
    /"red cube" is placed twice; remove one/,
  ],
  [
    'a thing on nothing',
    changed('green cube, on: table', 'green cube, on: tabel'),
    17,
    /cannot stand on "tabel": it is neither/,
  ],
  [
    'a thing on itself',
    changed('green cube, on: table', 'green cube, on: green cube'),
    17,
    /cannot stand on "green cube"/,
  ],
  [
    'a thing on one that comes later',
    changed('red cube, on: table', 'red cube, on: green cube'),
    16,
    /cannot stand on "green cube"/,
  ],
  [
    'a range the wrong way round',
    changed('x: [0.38, 0.74]', 'x: [0.74, 0.38]'),
    16,
    /layout\[0\]\.x: a range is \[low, high\]/,
  ],
  ['a number for a range', changed('x: [0.38, 0.74]', 'x: 0.38'), 16, /layout\[0\]\.x: must be a list, not 0\.38/],
  ['no range on a table', changed(', y: [-0.12, 0.12]', ''), 16, /needs the ranges x and y/],
  [
    'a place beside the table',
    changed('x: [0.38, 0.74]', 'x: [0.38, 1.74]'),
    16,
    /would not stand on "table", which reaches from 0\.16 to 0\.96 m/,
  ],
  [
    'a place beside the cube below',
    changed('green cube, on: table, x: [0.38, 0.74]', 'green cube, on: red cube, x: [0, 0.1]'),
    17,
    /would not stand on "red cube".*-0\.02 to 0\.02/,
  ],
  [
    'a goal about nothing',
    changed('object: red cube, support', 'object: blue cube, support'),
    20,
    /speaks of "blue cube", but the props are/,
  ],
  [
    'a misspelt goal',
    changed('support: green cube', 'suport: green cube'),
    20,
    /goal\.all\[0\]\.on: unknown key "suport"; did you mean "support"\?/,
  ],
  [
    'a goal there is not',
    changed('- released:', '- droped:'),
    21,
    /must be a mapping with one of the keys on, across, inside, around, above, held/,
  ],
  [
    'two goals in one',
    changed('- released: {', '- held: { object: red cube }\n      released: {'),
    22,
    /unknown key "released"/,
  ],
  [
    'no goals in a list',
    changed(/ {2}all:\n.*\n.*\n/, '  all: []\n'),
    19,
    /goal\.all: must have at least 1 value, not 0/,
  ],
  [
    'a thing on top of itself',
    changed('support: green cube', 'support: red cube'),
    20,
    /compares "red cube" with itself/,
  ],
  [
    'a height left out',
    changed(/goal:\n.*\n.*\n.*\n/, 'goal:\n  above: { object: red cube, reference: table }\n'),
    19,
    /goal\.above: "heightM" is missing/,
  ],
  [
    'a goal in words',
    changed(/goal:\n.*\n.*\n.*\n/, 'goal: the red cube is up\n'),
    18,
    /goal: must be a mapping, not "the red cube is up"/,
  ],
  ['no time', changed('maxRobotTimeS: 75', 'maxRobotTimeS: 0'), 22, /must be more than 0, not 0/],
  ['a unit behind a number', changed('maxRobotTimeS: 75', 'maxRobotTimeS: 75 s'), 22, /must be a number, not "75 s"/],
  ['no number', changed('startNoiseRad: 0.02', 'startNoiseRad: .nan'), 8, /must be a number, not NaN/],
  ['a tab', changed('  arms: 1', '\tarms: 1'), 6, /not valid YAML: Tabs/],
  ['a bracket left open', changed('yaw: [0, 6.28318531] }', 'yaw: [0, 6.28318531 }'), 16, /not valid YAML/],
  ['a key given twice', changed('version: 1', 'version: 1\nversion: 2'), 4, /keys must be unique/],
  ['an alias', changed('version: 1', 'version: &a 1\nother: *a'), 4, /alias \*a is not allowed; write the value out/],
  ['an alias of nothing', changed('version: 1', 'version: *b'), 3, /alias \*b is not allowed/],
  ['a hidden prototype', changed('version: 1', 'version: 1\n__proto__: { polluted: 1 }'), 4, /unknown key "__proto__"/],
  ['an empty file', '', 1, /must be a mapping, not nothing/],
  ['a list', '- 1\n- 2\n', 1, /must be a mapping, not a list/],
];

describe('a task file', () => {
  test.each(TASK_NAMES)('of %s is read', (name) => {
    const task = loadTask(name);
    expect(task.name).toBe(name);
    expect(task.world.fixtures[0].friction).toEqual([1, 0.005, 0.0001]);
    expect(task.world.props[0].density).toBe(1000);
  });

  test.each(MISTAKES)('with %s is refused with file, line and fix', (_mistake, text, line, words) => {
    const lines = messageOf(text).split('\n');
    for (const one of lines) expect(one).toMatch(/^task\.yaml:\d+: \S/);
    expect(lines.filter((one) => one.startsWith(`task.yaml:${line}: `)).join('\n')).toMatch(words);
    expect(lines.length).toBeLessThanOrEqual(6);
  });

  test('with several mistakes names all of them, from top to bottom', () => {
    const text = changed('version: 1', 'version: one')
      .replace('shape: box', 'shape: ball')
      .replace('maxRobotTimeS: 75', 'maxRobotTimeS: -1');
    const lines = messageOf(text).split('\n');
    expect(lines.map((one) => Number(one.split(':')[1]))).toEqual([3, 13, 22]);
  });

  test('cannot change the prototype of anything', () => {
    messageOf(changed('version: 1', 'version: 1\n__proto__: { polluted: 1 }'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
