import { afterEach, describe, expect, test } from 'vitest';
import { readTask } from '../../electron/session/installation.ts';
import { createRandomStream } from '../../sim/random.ts';
import { PUSH_N } from '../../sim/scenes/cart-pole.ts';
import { holds } from '../../sim/tasks/judge.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { mujoco } from './sim-drive.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'seeds of cart-poles');
const { task, text } = readTask('cart-pole');
const TICKS_PER_PUSH = 2;

const open: TaskWorld[] = [];
function world(seed: number): TaskWorld {
  const made = new TaskWorld(mujoco, drawScene(task, seed));
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

function cartPole(of: TaskWorld) {
  if (of.cartPole === undefined) throw new Error('no cart-pole');
  return of.cartPole;
}

/** Gym's equations of CartPole-v1 (Florian 2007, without friction), integrated in small steps. */
function gymStep([x, v, angle, w]: number[], forceN: number, seconds: number): number[] {
  const steps = 200;
  const dt = seconds / steps;
  const [gravity, cartKg, poleKg, half] = [9.81, 1, 0.1, 0.5];
  let state = [x, v, angle, w];
  for (let k = 0; k < steps; k++) {
    const [px, pv, pa, pw] = state;
    const total = cartKg + poleKg;
    const inner = (forceN + poleKg * half * pw * pw * Math.sin(pa)) / total;
    const turn =
      (gravity * Math.sin(pa) - Math.cos(pa) * inner) / (half * (4 / 3 - (poleKg * Math.cos(pa) ** 2) / total));
    const ahead = inner - (poleKg * half * turn * Math.cos(pa)) / total;
    const [nv, nw] = [pv + dt * ahead, pw + dt * turn];
    state = [px + dt * nv, nv, pa + dt * nw, nw];
  }
  return state;
}

describe('the cart-pole', () => {
  test('moves as the equations of the classic problem say, pushed either way', () => {
    const here = world(random.integer(1_000_000));
    const machine = cartPole(here);
    for (let period = 0; period < 25; period++) {
      const before = Object.values(machine.reading());
      const forceN = [PUSH_N, -PUSH_N, 0][random.integer(3)];
      machine.push(forceN);
      for (let tick = 0; tick < TICKS_PER_PUSH; tick++) here.tick();
      const expected = gymStep(before, forceN, 0.02);
      Object.values(machine.reading()).forEach((value, k) => void expect(value).toBeCloseTo(expected[k], 2));
    }
  });

  test('starts nearly upright, elsewhere for another seed, and the same for the same', () => {
    const starts = [3, 4, 3].map((seed) => cartPole(world(seed)).reading());
    for (const start of starts) for (const value of Object.values(start)) expect(Math.abs(value)).toBeLessThan(0.05);
    expect(starts[0]).toEqual(starts[2]);
    expect(starts[0]).not.toEqual(starts[1]);
  });

  test('falls when nobody pushes, and then the goal does not hold, whatever comes after', () => {
    const here = world(random.integer(1_000_000));
    const machine = cartPole(here);
    for (let tick = 0; tick < 500; tick++) here.tick();
    machine.begin({ positionM: 0, velocityMPerS: 0, angleRad: 0, angularVelocityRadPerS: 0 });
    for (let tick = 0; tick < 600; tick++) here.tick();
    expect(holds(here, task.goal)).toBe(false);
  });

  test('is balanced after ten seconds upright, not before', () => {
    const here = world(random.integer(1_000_000));
    const machine = cartPole(here);
    const hold = () => machine.begin({ positionM: 0, velocityMPerS: 0, angleRad: 0.01, angularVelocityRadPerS: 0 });
    for (let tick = 0; tick < 999; tick++) {
      hold();
      here.tick();
    }
    expect(holds(here, task.goal)).toBe(false);
    here.tick();
    expect(holds(here, task.goal)).toBe(true);
  });

  test('goes on from a snapshot as it would have, in its history too', () => {
    const [one, other] = [world(5), world(5)];
    for (let tick = 0; tick < 40; tick++) one.tick();
    other.restore(one.snapshot());
    for (const here of [one, other]) {
      cartPole(here).push(PUSH_N);
      for (let tick = 0; tick < 40; tick++) here.tick();
    }
    expect(cartPole(other).reading()).toEqual(cartPole(one).reading());
    expect(cartPole(other).state()).toEqual(cartPole(one).state());
  });

  test('is a goal only of tasks that have one', () => {
    expect(() => parseTask(text.replace('api: cart-pole', 'api: arm'), 'file.yaml')).toThrow(/nothing to balance here/);
  });
});
