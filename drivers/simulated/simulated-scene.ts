// Owns what a simulated world answers beside moving: planning around its objects, and their true state (tier S1 only).

import {
  canStandAt,
  findPosture,
  planDirectJointMove,
  planDirectToolMove,
  type ToolMove,
  toolFromProp,
} from '../../sim/control/motion-planner.ts';
import { describe, type Planning } from '../../sim/control/planning-failure.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import type { TimedPath } from '../../sim/control/trajectory.ts';
import { type ArmGoal, planTwoArms } from '../../sim/control/two-arm-planner.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Fixture } from '../../sim/scenes/scene.ts';
import { compose, type Pose } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { ArmSide, JointPath } from '../robot.ts';
import { RobotError } from '../robot.ts';
import type { GroundTruth, IkAnswer, IkSeed, MotionPlanner, MoveGoal, TrueObject, TwoGoals } from '../scene-ports.ts';
import { nextTurn, YIELD_EVERY_MS } from './pacer.ts';

/** Distance the planner keeps from every joint limit, radians. */
const JOINT_MARGIN_RAD = 0.05;

type Start = Omit<ToolMove, 'worldFromTool' | 'approachM'>;

export class SimulatedScene implements MotionPlanner, GroundTruth {
  readonly #world: TaskWorld;
  readonly #planning: PlanningScene;
  #last: Promise<unknown> = Promise.resolve();

  constructor(mujoco: Mujoco, world: TaskWorld) {
    this.#world = world;
    this.#planning = new PlanningScene(mujoco, world.scene);
  }

  planMove(arm: ArmSide, goal: MoveGoal): Promise<readonly JointPath[]> {
    return this.#inTurn(async () => {
      const paths = await breathing(this.#search(this.#look(arm), goal));
      return paths.map((path) => ({ arm, ...path }));
    });
  }

  planMoves({ left, right }: TwoGoals): Promise<readonly (readonly JointPath[])[]> {
    return this.#inTurn(async () => {
      const starts = [this.#look('left'), this.#look('right')] as const;
      const stages = await breathing(
        planTwoArms(this.#planning, {
          starts,
          goals: [asArmGoal(left), asArmGoal(right)],
          carried: this.#carriedByBoth(),
        }),
      );
      return stages.map((stage) =>
        stage.map(({ arm, path }): JointPath => ({ arm: this.#world.arms[arm].side, ...path })),
      );
    });
  }

  solveIk(arm: ArmSide, pose: Pose, { seedRad }: IkSeed = {}): Promise<IkAnswer> {
    return this.#inTurn(async () => {
      const start = this.#look(arm);
      const fromRad = seedRad ?? start.fromRad;
      const found = await breathing(findPosture(this.#planning, { ...start, fromRad, worldFromTool: pose }));
      return {
        jointsRad: [...found.jointsRad],
        positionErrorM: found.positionErrorM,
        rotationErrorRad: found.rotationErrorRad,
        feasible: found.feasible,
        collision: found.collision === undefined ? null : describe(found.collision),
      };
    });
  }

  #search(start: Start, goal: MoveGoal): Planning<TimedPath[]> {
    return goal.kind === 'tool'
      ? planDirectToolMove(this.#planning, { ...start, worldFromTool: goal.pose, approachM: goal.approachM })
      : planDirectJointMove(
          this.#planning,
          { ...start, worldFromTool: compose(start.worldFromBase, toolPose(goal.jointsRad)) },
          goal.jointsRad,
        );
  }

  isFree(arm: ArmSide, pose: Pose): Promise<boolean> {
    return this.#inTurn(() => {
      const start = this.#look(arm, FRANKA_HAND_LIMITS.maxWidthM);
      return breathing(canStandAt(this.#planning, { ...start, worldFromTool: pose }));
    });
  }

  /** One search at a time: they share the planning scene. */
  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Brings the planning scene up to date, and says where the arm starts from. */
  #look(arm: ArmSide, widthM?: number): Start {
    const world = this.#world;
    const index = world.arms.findIndex(({ side }) => side === arm);
    if (index < 0) {
      throw new RobotError('INVALID_PLAN', `this robot has no ${arm} arm; nothing has moved`, 'leave the arm out');
    }
    const postures = world.servos.map((servo) => Float64Array.from(servo.referenceRad));
    const held = world.arms.flatMap(({ side }, k) => {
      const prop = world.heldProp(k);
      const state = prop === undefined ? undefined : world.prop(prop);
      return state === undefined
        ? []
        : [{ side, prop: state.name, toolFromProp: toolFromProp(world.tool(k), state.pose) }];
    });
    this.#planning.update({
      arms: postures.map((jointsRad, k) => ({
        jointsRad,
        widthM: (k === index ? widthM : undefined) ?? world.widthM(k),
      })),
      props: new Map(world.props().map((prop) => [prop.name, prop.pose])),
      held,
    });
    const { worldFromBase, startJointsRad } = world.scene.arms[index];
    return {
      arm: index,
      worldFromBase,
      fromRad: postures[index],
      othersRad: postures,
      ik: { jointMarginRad: JOINT_MARGIN_RAD, restRad: startJointsRad },
    };
  }

  /** The prop that every hand holds. */
  #carriedByBoth(): string | undefined {
    const world = this.#world;
    const prop = world.heldProp(0);
    return world.arms.every((_, k) => world.heldProp(k) === prop) ? prop : undefined;
  }

  async objects(): Promise<readonly TrueObject[]> {
    const world = this.#world;
    const { props, fixtures } = world.scene;
    const featuresOf = (body: Fixture) =>
      (body.features ?? []).map(({ name, round }) => {
        const bodyCentre = (world.prop(body.name) ?? body).pose.position;
        return { name, kind: 'feature' as const, bodyCentre, ...(round === undefined ? {} : { round }) };
      });
    const named = [
      ...props.map(({ name }) => ({ name, kind: 'prop' as const })),
      ...props.flatMap(featuresOf),
      ...fixtures.flatMap(featuresOf),
      ...fixtures.map(({ name }) => ({ name, kind: 'fixture' as const })),
    ];
    return named.flatMap((one) => {
      const state = world.thing(one.name);
      return state === undefined ? [] : [{ ...one, pose: state.pose, extent: state.size }];
    });
  }

  dispose(): void {
    this.#planning.dispose();
  }
}

function asArmGoal(goal: MoveGoal): ArmGoal {
  return goal.kind === 'joints' ? goal : { kind: 'tool', worldFromTool: goal.pose, approachM: goal.approachM };
}

/** Runs a search to its end, letting the event loop take in beats and stops meanwhile and once more before it answers. */
async function breathing<Answer>(planning: Planning<Answer>): Promise<Answer> {
  let lastMs = performance.now();
  try {
    for (;;) {
      const step = planning.next();
      if (step.done) return step.value;
      if (performance.now() - lastMs > YIELD_EVERY_MS) {
        await nextTurn();
        lastMs = performance.now();
      }
    }
  } finally {
    // A search that fails gives way as well: a program may ask for hundreds of them at once.
    await nextTurn();
  }
}
