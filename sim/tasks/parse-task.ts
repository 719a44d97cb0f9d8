// Owns reading a task file: YAML text in, a checked task or one error that names file, line and fix out.

import { SHAPES } from '../scenes/shapes/registry.ts';
import { type Problem, parseYamlFile } from '../yaml-file.ts';
import { type Goal, goalLeaves, goalReferences } from './goal.ts';
import { startRangeRad } from './layout.ts';
import { type Task, taskSchema } from './task-schema.ts';

/** A spill wanders in steps of 5 mm and turns back at its edges, metres. */
const LEAST_SPILL_M = 0.03;

/** @throws YamlFileError */
export function parseTask(text: string, fileName: string): Task {
  return parseYamlFile(text, fileName, taskSchema, referenceProblems);
}

/** What the form cannot say: names that exist once, placements in an order that can be built, goals about real objects. */
function referenceProblems(task: Task): Problem[] {
  const problems: Problem[] = [];
  const fixtures = new Set<string>();
  const props = new Set<string>();
  task.world.fixtures.forEach(({ name }, index) => {
    if (fixtures.has(name))
      problems.push({
        path: ['world', 'fixtures', index, 'name'],
        text: `"${name}" exists twice; give one of them another name`,
      });
    fixtures.add(name);
  });
  task.world.props.forEach(({ name }, index) => {
    if (props.has(name) || fixtures.has(name)) {
      problems.push({
        path: ['world', 'props', index, 'name'],
        text: `"${name}" exists twice; give one of them another name`,
      });
    }
    props.add(name);
  });
  const placed = new Set<string>();
  task.layout.forEach(({ place, on, x, y }, index) => {
    const path = ['layout', index];
    if (!props.has(place))
      problems.push({ path: [...path, 'place'], text: `there is no prop "${place}"; the props are: ${list(props)}` });
    if (placed.has(place))
      problems.push({ path: [...path, 'place'], text: `"${place}" is placed twice; remove one of the placements` });
    if (!fixtures.has(on) && !placed.has(on)) {
      problems.push({
        path: [...path, 'on'],
        text: `"${place}" cannot stand on "${on}": it is neither a fixture nor a prop placed above this line`,
      });
    }
    if (fixtures.has(on) && (x === undefined || y === undefined)) {
      problems.push({ path, text: `"${place}" stands on a fixture and needs the ranges x and y` });
    }
    const top = fixtures.has(on) || placed.has(on) ? topOf(task, on) : undefined;
    [x, y].forEach((range, axis) => {
      if (range === undefined || top === undefined) return;
      const [low, high] = top[axis];
      if (range[0] >= low && range[1] <= high) return;
      problems.push({
        path: [...path, 'xy'[axis]],
        text: `"${place}" would not stand on "${on}", which reaches from ${low} to ${high} m; make the range narrower`,
      });
    });
    placed.add(place);
  });
  for (const name of props) {
    if (!placed.has(name))
      problems.push({ path: ['layout'], text: `the prop "${name}" is never placed; add a placement to the layout` });
  }
  bodyProblems(task, problems);
  const names = namesOf(task);
  goalProblems(task.goal, ['goal'], names, problems);
  task.variants.forEach(({ goal }, index) => {
    goalProblems(goal, ['variants', index, 'goal'], names, problems);
  });
  startProblems(task.robot.startJointsRad, 'startJointsRad', problems);
  if (task.robot.arms === 2) startProblems(task.robot.rightStartJointsRad, 'rightStartJointsRad', problems);
  task.world.marks.forEach(({ name, on }, index) => {
    const path = ['world', 'marks', index];
    if (!fixtures.has(on))
      problems.push({
        path: [...path, 'on'],
        text: `marks lie on a fixture, and "${on}" is none; they are: ${list(fixtures)}`,
      });
    if (fixtures.has(name) || props.has(name) || task.world.marks.findIndex((other) => other.name === name) < index)
      problems.push({ path: [...path, 'name'], text: `"${name}" exists twice; give one of them another name` });
  });
  markProblems(task, problems);
  machineProblems(task, problems);
  return problems;
}

/** A goal about a machine that only one kind of task has. */
function machineProblems({ api, goal, variants }: Task, problems: Problem[]): void {
  const named = (one: Goal): boolean => goalLeaves(one).some((leaf) => 'balanced' in leaf);
  [{ goal, at: ['goal'] }, ...variants.map((variant, index) => ({ ...variant, at: ['variants', index, 'goal'] }))]
    .filter((one) => api !== 'cart-pole' && named(one.goal))
    .forEach(({ at }) => {
      const text = `there is nothing to balance here; write api: cart-pole, not ${api}, or another goal`;
      problems.push({ path: at, text });
    });
}

/** Spills that would not lie on their furniture, and boards without a pen. */
function markProblems(task: Task, problems: Problem[]): void {
  task.world.marks.forEach((marks, index) => {
    const path = ['world', 'marks', index];
    const fixture = task.world.fixtures.find(({ name }) => name === marks.on);
    if (fixture === undefined) return;
    if (fixture.shape !== 'box') {
      problems.push({
        path: [...path, 'on'],
        text: `marks lie on a flat box, and "${marks.on}" is a ${fixture.shape}`,
      });
    }
    if (marks.kind !== 'spill') return;
    for (const [axis, key] of (['x', 'y'] as const).entries()) {
      const range = marks[key];
      const low = rounded(fixture.position[axis] - fixture.size[axis] / 2);
      const high = rounded(fixture.position[axis] + fixture.size[axis] / 2);
      if (range[0] < low || range[1] > high) {
        const text = `"${marks.name}" would not lie on "${marks.on}", which reaches from ${low} to ${high} m; make the range narrower`;
        problems.push({ path: [...path, key], text });
      } else if (range[1] - range[0] < LEAST_SPILL_M) {
        const text = `"${marks.name}" has no room to spread; make the range at least ${LEAST_SPILL_M} m wide`;
        problems.push({ path: [...path, key], text });
      }
    }
  });
  if (task.api !== 'drawing') return;
  if (task.robot.tool !== 'pen') {
    const text = `programs that draw need a pen; write tool: pen, not ${task.robot.tool}`;
    problems.push({ path: ['robot', 'tool'], text });
  }
  if (!task.world.marks.some(({ kind }) => kind === 'ink')) {
    const text =
      'programs that draw need a board; add marks of kind ink on a fixture, which take up what the pen draws';
    problems.push({ path: ['world', 'marks'], text });
  }
}

/** Sizes a shape cannot have, and names for places it does not have. */
function bodyProblems(task: Task, problems: Problem[]): void {
  const taken = new Set([...task.world.fixtures, ...task.world.props].map(({ name }) => name));
  for (const [kind, bodies] of [
    ['fixtures', task.world.fixtures],
    ['props', task.world.props],
  ] as const) {
    bodies.forEach((body, index) => {
      const path = ['world', kind, index];
      const { shape, size, features, name } = body;
      const builder = SHAPES[shape];
      const sizes = 'min' in size ? [size.min, size.max] : [size];
      if ('min' in size && !size.min.every((low, axis) => low <= size.max[axis])) {
        const text = `the least size of "${name}" is larger than its largest; swap min and max`;
        problems.push({ path: [...path, 'size'], text });
      }
      for (const one of sizes) {
        const text = builder.problem(one);
        if (text === undefined) continue;
        problems.push({ path: [...path, 'size'], text });
        break;
      }
      for (const [key, feature] of Object.entries(features)) {
        if (!builder.features.includes(key)) {
          const known = list(new Set(builder.features));
          problems.push({
            path: [...path, 'features', key],
            text: `a ${shape} has no place "${key}"; it has: ${known}`,
          });
        }
        if (taken.has(feature.name)) {
          const text = `"${feature.name}" exists twice; give one of them another name`;
          problems.push({ path: [...path, 'features', key, 'name'], text });
        }
        taken.add(feature.name);
      }
    });
  }
}

function startProblems(jointsRad: readonly number[], key: string, problems: Problem[]): void {
  jointsRad.forEach((angle, j) => {
    const [low, high] = startRangeRad(j);
    if (angle >= low && angle <= high) return;
    problems.push({
      path: ['robot', key, j],
      text: `joint ${j + 1} cannot start at ${angle} rad; it may be from ${low.toFixed(4)} to ${high.toFixed(4)} rad`,
    });
  });
}

/** Where the centre of an object may be, per axis x and y, metres: over the top of a fixture or of a prop. */
function topOf(task: Task, support: string): readonly (readonly [number, number])[] | undefined {
  const fixture = task.world.fixtures.find(({ name }) => name === support);
  if (fixture !== undefined) {
    return [0, 1].map((axis) => [
      rounded(fixture.position[axis] - fixture.size[axis] / 2),
      rounded(fixture.position[axis] + fixture.size[axis] / 2),
    ]);
  }
  const prop = task.world.props.find(({ name }) => name === support);
  if (prop === undefined) return undefined;
  const size = 'min' in prop.size ? prop.size.min : prop.size;
  return [0, 1].map((axis) => [-size[axis] / 2, size[axis] / 2]);
}

/** To the micrometre: 0.96 and not 0.9600000000000001. */
function rounded(metres: number): number {
  return Math.round(metres * 1e6) / 1e6;
}

interface Names {
  /** Things with a hollow. */
  readonly containers: ReadonlySet<string>;
  readonly props: ReadonlySet<string>;
  readonly things: ReadonlySet<string>;
  readonly fixtures: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
}

function namesOf({ world }: Task): Names {
  const featureNames = (body: Task['world']['fixtures' | 'props'][number]) =>
    SHAPES[body.shape].features.map((key) => body.features[key]?.name ?? `${body.name} ${key}`);
  const props = world.props.flatMap((prop) => [prop.name, ...featureNames(prop)]);
  const fixtures = world.fixtures.map(({ name }) => name);
  return {
    containers: new Set([...world.fixtures, ...world.props].filter(isHollow).map(({ name }) => name)),
    props: new Set(props),
    fixtures: new Set(fixtures),
    things: new Set([...fixtures, ...world.fixtures.flatMap(featureNames), ...props]),
    marks: new Set(world.marks.map(({ name }) => name)),
  };
}

function isHollow({ shape }: Task['world']['fixtures' | 'props'][number]): boolean {
  return SHAPES[shape].hollow === true;
}

function goalProblems(goal: Goal, at: readonly PropertyKey[], names: Names, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { name, path, kind } of goalReferences(goal)) {
    const where = [...at, ...path];
    // Of the path, what leads to the predicate: a name in a list has its number at the end.
    const leaf = path.slice(0, typeof path.at(-1) === 'number' ? -2 : -1);
    const named = JSON.stringify([leaf, name]);
    if (kind === 'object' && !names.props.has(name)) {
      problems.push({ path: where, text: `the goal speaks of "${name}", but the props are: ${list(names.props)}` });
    } else if (kind === 'container' && names.things.has(name) && !names.containers.has(name)) {
      const text = `nothing can lie inside "${name}"; the containers (shape: bowl or tray) are: ${list(names.containers)}`;
      problems.push({ path: where, text });
    } else if ((kind === 'thing' || kind === 'container') && !names.things.has(name)) {
      const known = list(names.things);
      problems.push({ path: where, text: `the goal speaks of "${name}", but there are only: ${known}` });
    } else if (kind === 'fixture' && !names.fixtures.has(name)) {
      problems.push({
        path: where,
        text: `the goal speaks of "${name}", but the fixtures are: ${list(names.fixtures)}`,
      });
    } else if (kind === 'place' && !names.things.has(name) && !names.marks.has(name)) {
      const known = list(new Set([...names.things, ...names.marks]));
      problems.push({ path: where, text: `the goal speaks of "${name}", but there are only: ${known}` });
    } else if (kind === 'marks' && !names.marks.has(name)) {
      problems.push({ path: where, text: `the goal speaks of "${name}", but the marks are: ${list(names.marks)}` });
    } else if (kind !== 'place' && seen.has(named)) {
      problems.push({ path: where, text: `the goal compares "${name}" with itself` });
    }
    seen.add(named);
  }
}

function list(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : [...names].map((name) => `"${name}"`).join(', ');
}
