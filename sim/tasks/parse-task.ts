// Owns reading a task file: YAML text in, a checked task or one error that names file, line and fix out.

import { type Problem, parseYamlFile } from '../yaml-file.ts';
import { startRangeRad } from './layout.ts';
import { type Goal, type Task, taskSchema } from './task-schema.ts';

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
  goalProblems(task.goal, ['goal'], fixtures, props, problems);
  task.robot.startJointsRad.forEach((angle, j) => {
    const [low, high] = startRangeRad(j);
    if (angle >= low && angle <= high) return;
    problems.push({
      path: ['robot', 'startJointsRad', j],
      text: `joint ${j + 1} cannot start at ${angle} rad; it may be from ${low.toFixed(4)} to ${high.toFixed(4)} rad`,
    });
  });
  task.world.props.forEach(({ name, size }, index) => {
    if (!('min' in size) || size.min.every((low, axis) => low <= size.max[axis])) return;
    const path = ['world', 'props', index, 'size'];
    problems.push({ path, text: `the least size of "${name}" is larger than its largest; swap min and max` });
  });
  return problems;
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

function goalProblems(
  goal: Goal,
  path: readonly PropertyKey[],
  fixtures: Set<string>,
  props: Set<string>,
  problems: Problem[],
): void {
  const needProp = (name: string, key: PropertyKey[]) => {
    if (!props.has(name))
      problems.push({
        path: [...path, ...key],
        text: `the goal speaks of "${name}", but the props are: ${list(props)}`,
      });
  };
  const needAny = (name: string, key: PropertyKey[]) => {
    if (!props.has(name) && !fixtures.has(name)) {
      problems.push({
        path: [...path, ...key],
        text: `the goal speaks of "${name}", but there are only: ${list(new Set([...fixtures, ...props]))}`,
      });
    }
  };
  const needTwo = (one: string, other: string, key: PropertyKey[]) => {
    if (one === other) problems.push({ path: [...path, ...key], text: `the goal compares "${one}" with itself` });
  };
  if ('on' in goal) {
    needProp(goal.on.object, ['on', 'object']);
    needAny(goal.on.support, ['on', 'support']);
    needTwo(goal.on.object, goal.on.support, ['on', 'support']);
  } else if ('above' in goal) {
    needProp(goal.above.object, ['above', 'object']);
    needAny(goal.above.reference, ['above', 'reference']);
    needTwo(goal.above.object, goal.above.reference, ['above', 'reference']);
  } else if ('held' in goal) needProp(goal.held.object, ['held', 'object']);
  else if ('released' in goal) needProp(goal.released.object, ['released', 'object']);
  else if ('all' in goal)
    goal.all.forEach((part, i) => {
      goalProblems(part, [...path, 'all', i], fixtures, props, problems);
    });
  else if ('any' in goal)
    goal.any.forEach((part, i) => {
      goalProblems(part, [...path, 'any', i], fixtures, props, problems);
    });
  else goalProblems(goal.not, [...path, 'not'], fixtures, props, problems);
}

function list(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : [...names].map((name) => `"${name}"`).join(', ');
}
