import { describe, expect, test } from 'vitest';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';

/** A task with a bowl, a spill, two arms' worth of words, a variant and sensors; every line is numbered below. */
const TASK = `name: tidy
version: 1
instruction: Put the cube into the bowl.
rewordings: [The cube belongs into the bowl.]
robot:
  arms: 1
  tool: hand
  startJointsRad: [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816]
  startNoiseRad: 0.02
world:
  fixtures:
    - { name: table, position: [0.56, 0, -0.137], size: [0.8, 0.8, 0.05], color: [0.78, 0.72, 0.62] }
  props:
    - { name: cube, shape: box, size: [0.04, 0.04, 0.04], color: [0.8, 0.1, 0.1] }
    - { name: bowl, shape: bowl, size: [0.14, 0.14, 0.05], color: [0.1, 0.3, 0.8] }
    - { name: can, shape: cylinder, size: [0.05, 0.05, 0.08], color: [0.5, 0.5, 0.5] }
    - { name: ball, shape: sphere, size: [0.04, 0.04, 0.04], color: [0.5, 0.5, 0.5] }
    - { name: pan, shape: pot, size: [0.34, 0.14, 0.14], color: [0.5, 0.5, 0.5], features: { handle0: { name: left grip } } }
  marks:
    - { kind: spill, name: stain, on: table, count: 20, diameterM: 0.02, color: [0.4, 0.2, 0.1], x: [0.5, 0.6], y: [0, 0.1] }
layout:
  - { place: cube, on: table, x: [0.4, 0.5], y: [-0.2, -0.1] }
  - { place: bowl, on: table, x: [0.6, 0.7], y: [-0.2, -0.1] }
  - { place: can, on: table, x: [0.4, 0.5], y: [0.1, 0.2] }
  - { place: ball, on: table, x: [0.6, 0.7], y: [0.1, 0.2] }
  - { place: pan, on: table, x: [0.5, 0.6], y: [0, 0.1], gapM: 0.02 }
sensors: { light: [0.8, 1.2], noise: typical, distractors: 1 }
goal:
  all:
    - inside: { object: cube, container: bowl }
    - aligned: { objects: [cube, can], toleranceM: 0.02 }
    - near: { object: cube, to: [0.6, 0], withinM: 0.2 }
    - upright: { object: can, withinRad: 0.2 }
    - across: { object: cube, supports: [can, bowl] }
variants:
  - instruction: Put the can into the bowl.
    goal: { inside: { object: can, container: bowl } }
maxRobotTimeS: 60
`;

function changed(from: string, to: string): string {
  if (!TASK.includes(from)) throw new Error(`nothing to change: ${from}`);
  return TASK.replace(from, to);
}

const MISTAKES: readonly (readonly [mistake: string, text: string, line: number, words: RegExp])[] = [
  [
    'an oval cylinder',
    changed('[0.05, 0.05, 0.08]', '[0.05, 0.06, 0.08]'),
    16,
    /diameter twice, as \[0\.05, 0\.05, height\]/,
  ],
  ['an egg', changed('sphere, size: [0.04, 0.04', 'sphere, size: [0.04, 0.05'), 17, /write it three times/],
  ['an oval bowl', changed('[0.14, 0.14, 0.05]', '[0.14, 0.12, 0.05]'), 15, /as wide as it is deep/],
  [
    'a bowl without a hollow',
    changed('[0.14, 0.14, 0.05]', '[0.14, 0.14, 0.01]'),
    15,
    /walls of 0\.005 m and a hollow/,
  ],
  ['a shape that is none', changed('shape: bowl', 'shape: bowel'), 15, /must be one of "box", "cylinder", "sphere"/],
  [
    'a place the shape has not',
    changed('handle0:', 'spout:'),
    18,
    /a pot has no place "spout"; it has: "handle0", "handle1"/,
  ],
  [
    'a place of a box',
    changed('0.1, 0.1] }', '0.1, 0.1], features: { lid: { name: lid } } }'),
    14,
    /a box has no place "lid"; it has: none/,
  ],
  ['a place named like a thing', changed('name: left grip', 'name: cube'), 18, /"cube" exists twice/],
  ['a place without a name', changed('{ name: left grip }', '{ color: [1, 0, 0] }'), 18, /"name" is missing/],
  [
    'something inside a solid',
    changed('container: bowl }\n    - al', 'container: can }\n    - al'),
    30,
    /nothing can lie inside "can"; the containers .* are: "bowl"/,
  ],
  [
    'something inside nothing',
    changed('container: bowl }\n    - al', 'container: bwol }\n    - al'),
    30,
    /speaks of "bwol", but there are only/,
  ],
  ['a row of one', changed('objects: [cube, can]', 'objects: [cube]'), 31, /must have at least 2 values, not 1/],
  [
    'a row with one thing twice',
    changed('objects: [cube, can]', 'objects: [cube, cube]'),
    31,
    /compares "cube" with itself/,
  ],
  ['a row of nothing known', changed('objects: [cube, can]', 'objects: [cube, cup]'), 31, /speaks of "cup"/],
  [
    'a direction there is not',
    changed('toleranceM: 0.02 }', 'toleranceM: 0.02, direction: up }'),
    31,
    /must be one of "x", "y", "diagonal", not "up"/,
  ],
  ['a tolerance of nothing', changed('toleranceM: 0.02', 'toleranceM: 0'), 31, /must be more than 0/],
  ['a tolerance without unit', changed('toleranceM', 'tolerance'), 31, /did you mean "toleranceM"\?/],
  ['a spot of three numbers', changed('to: [0.6, 0]', 'to: [0.6, 0, 0]'), 32, /goal\.all\[2\]\.near/],
  ['a distance in millimetres', changed('withinM: 0.2', 'withinM: 200'), 32, /must be at most 1, not 200/],
  ['degrees', changed('withinRad: 0.2', 'withinRad: 12'), 33, /must be at most 3\.2, not 12/],
  ['one support for a plank', changed('supports: [can, bowl]', 'supports: [can]'), 34, /must have at least 2 values/],
  [
    'a plank across itself',
    changed('supports: [can, bowl]', 'supports: [cube, bowl]'),
    34,
    /compares "cube" with itself/,
  ],
  ['a plank across nothing', changed('supports: [can, bowl]', 'supports: [can, wall]'), 34, /speaks of "wall"/],
  [
    'a variant about nothing',
    changed('object: can, container', 'object: cup, container'),
    37,
    /speaks of "cup", but the props are/,
  ],
  [
    'a variant without a goal',
    changed('    goal: { inside: { object: can, container: bowl } }\n', ''),
    36,
    /variants\[0\]: "goal" is missing/,
  ],
  [
    'a variant without words',
    changed('  - instruction: Put the can into the bowl.\n    goal', '  - goal'),
    36,
    /"instruction" is missing/,
  ],
  [
    'a rewording that is no list',
    changed('[The cube belongs into the bowl.]', 'The cube'),
    4,
    /rewordings: must be a list/,
  ],
  [
    'a negative light',
    changed('light: [0.8, 1.2]', 'light: bright'),
    27,
    /sensors\.light: must be a list, not "bright"/,
  ],
  [
    'a light range the wrong way round',
    changed('light: [0.8, 1.2]', 'light: [1.2, 0.8]'),
    27,
    /a range is \[low, high\]/,
  ],
  ['a noise there is not', changed('noise: typical', 'noise: much'), 27, /must be one of "off", "typical", not "much"/],
  ['a crowd of distractors', changed('distractors: 1', 'distractors: 60'), 27, /must be at most 6, not 60/],
  [
    'a stain on a prop',
    changed('name: stain, on: table', 'name: stain, on: can'),
    20,
    /marks lie on a fixture, and "can" is none/,
  ],
  ['a stain named like a thing', changed('name: stain', 'name: cube'), 20, /"cube" exists twice/],
  ['a stain of no size', changed('diameterM: 0.02', 'diameterM: 0'), 20, /must be more than 0/],
  ['a kind of mark there is not', changed('kind: spill', 'kind: dirt'), 20, /kind/],
  ['a tool there is not', changed('tool: hand', 'tool: claw'), 7, /must be one of "hand", "pad", "pen", not "claw"/],
  ['a second arm without its base', changed('arms: 1', 'arms: 2'), 6, /"rightBase" is missing/],
  [
    'a base for an arm that is not there',
    changed('tool: hand', 'rightBase: { position: [1, 0, 0], yaw: 0 }'),
    7,
    /unknown key "rightBase"/,
  ],
  ['a gap of a metre', changed('gapM: 0.02', 'gapM: 1'), 26, /must be at most 0\.5, not 1/],
];

function messageOf(text: string): string {
  try {
    parseTask(text, 'task.yaml');
  } catch (error) {
    if (error instanceof YamlFileError) return error.message;
    throw error;
  }
  throw new Error('the task was accepted');
}

describe('a task file of many words', () => {
  test('is read as it is', () => {
    expect(parseTask(TASK, 'task.yaml').variants.length).toBe(1);
  });

  test.each(MISTAKES)('with %s is refused with file, line and fix', (_mistake, text, line, words) => {
    const lines = messageOf(text).split('\n');
    for (const one of lines) expect(one).toMatch(/^task\.yaml:\d+: \S/);
    expect(lines.join('\n')).toMatch(words);
    expect(lines.filter((one) => one.startsWith(`task.yaml:${line}: `)).join('\n'), lines.join('\n')).toMatch(words);
  });
});
