// Owns what a simulated world answers beside moving: planning around its objects, and their true state (tier S1 only).

import { toolFromProp } from '../../sim/control/motion-planner.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import type { Fixture } from '../../sim/scenes/scene.ts';
import type { Pose } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { ArmSide, JointPath } from '../robot.ts';
import type { GroundTruth, IkAnswer, IkSeed, MotionPlanner, MoveGoal, TrueObject, TwoGoals } from '../scene-ports.ts';
import { type Belief, type PlannedArm, ScenePlanner } from './scene-planner.ts';

export class SimulatedScene implements MotionPlanner, GroundTruth {
  readonly #world: TaskWorld;
  readonly #planner: ScenePlanner;

  constructor(mujoco: Mujoco, world: TaskWorld) {
    this.#world = world;
    this.#planner = new ScenePlanner(new PlanningScene(mujoco, world.scene), () => truthOf(world));
  }

  planMove(arm: ArmSide, goal: MoveGoal): Promise<readonly JointPath[]> {
    return this.#planner.planMove(arm, goal);
  }

  planMoves(goals: TwoGoals): Promise<readonly (readonly JointPath[])[]> {
    return this.#planner.planMoves(goals);
  }

  solveIk(arm: ArmSide, pose: Pose, options?: IkSeed): Promise<IkAnswer> {
    return this.#planner.solveIk(arm, pose, options);
  }

  isFree(arm: ArmSide, pose: Pose): Promise<boolean> {
    return this.#planner.isFree(arm, pose);
  }

  async objects(): Promise<readonly TrueObject[]> {
    const world = this.#world;
    const { props, fixtures, marks = [] } = world.scene;
    const featuresOf = (body: Fixture) =>
      (body.features ?? []).map(({ name, round }) => {
        const bodyCentre = (world.prop(body.name) ?? body).pose.position;
        return { name, kind: 'feature' as const, bodyCentre, ...(round === undefined ? {} : { round }) };
      });
    const named = [
      ...props.map(({ name, colorSrgb }) => ({ name, kind: 'prop' as const, colorSrgb })),
      ...props.flatMap(featuresOf),
      ...marks.map(({ name }) => ({ name, kind: 'marks' as const })),
      ...fixtures.flatMap(featuresOf),
      ...fixtures.map(({ name, colorSrgb }) => ({ name, kind: 'fixture' as const, colorSrgb })),
    ];
    return named.flatMap((one) => {
      const state = world.thing(one.name);
      return state === undefined ? [] : [{ ...one, pose: state.pose, extent: state.size }];
    });
  }

  dispose(): void {
    this.#planner.dispose();
  }
}

/** The arms of a world as the planner needs them: nothing of its props. */
export function armsOf(world: TaskWorld): PlannedArm[] {
  return world.scene.arms.map(({ side, worldFromBase, startJointsRad }, k) => ({
    side,
    worldFromBase,
    referenceRad: world.servos[k].referenceRad,
    restRad: startJointsRad,
    widthM: world.widthM(k),
  }));
}

function truthOf(world: TaskWorld): Belief {
  const held = world.arms.flatMap(({ side }, k) => {
    const prop = world.heldProp(k);
    const state = prop === undefined ? undefined : world.prop(prop);
    return state === undefined
      ? []
      : [{ side, prop: state.name, toolFromProp: toolFromProp(world.tool(k), state.pose) }];
  });
  return { arms: armsOf(world), props: new Map(world.props().map((prop) => [prop.name, prop.pose])), held };
}
