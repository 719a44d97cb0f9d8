// Owns the answers of the planner port: searches in one planning scene, one at a time, from what is believed to stand
// where. Must never look at a world itself: whoever makes it says what is believed.

import { type ArmStart, canStandAt, findPosture } from '../../sim/control/motion-planner.ts';
import { describe, type Planning } from '../../sim/control/planning-failure.ts';
import type { PlanningScene, PlanningState } from '../../sim/control/planning-scene.ts';
import { planJointMove, planToolMove } from '../../sim/control/sampled-move.ts';
import { planTwoArms } from '../../sim/control/sampled-moves.ts';
import type { TimedPath } from '../../sim/control/trajectory.ts';
import type { ArmGoal } from '../../sim/control/two-arm-planner.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS } from '../../sim/robots/panda/limits.ts';
import { compose, type Pose } from '../../sim/spatial.ts';
import { type ArmSide, type JointPath, RobotError } from '../robot.ts';
import type { IkAnswer, IkSeed, MotionPlanner, MoveGoal, TwoGoals } from '../scene-ports.ts';
import { nextTurn, YIELD_EVERY_MS } from './pacer.ts';

/** An arm as commanded. */
export interface PlannedArm {
  readonly side: ArmSide;
  readonly worldFromBase: Pose;
  /** Commanded joints, where a motion starts: radians, length 7. */
  readonly referenceRad: ArrayLike<number>;
  /** Posture the arm prefers, radians, length 7. */
  readonly restRad: ArrayLike<number>;
  /** Opening of the hand, metres. */
  readonly widthM: number;
}

/** What is believed to stand where. */
export interface Belief extends Omit<PlanningState, 'arms'> {
  readonly arms: readonly PlannedArm[];
}

/** Distance the planner keeps from every joint limit, radians. */
const JOINT_MARGIN_RAD = 0.05;

export class ScenePlanner implements MotionPlanner {
  readonly #planning: PlanningScene;
  readonly #believe: () => Belief;
  #last: Promise<unknown> = Promise.resolve();

  /** @param believe asked once for each question, when its turn has come */
  constructor(planning: PlanningScene, believe: () => Belief) {
    this.#planning = planning;
    this.#believe = believe;
  }

  planMove(arm: ArmSide, goal: MoveGoal): Promise<readonly JointPath[]> {
    return this.#inTurn(async () => {
      const start = this.#look(arm).startOf(arm);
      const paths = await breathing(this.#search(start, goal));
      return paths.map((path) => ({ arm, ...path }));
    });
  }

  planMoves({ left, right }: TwoGoals): Promise<readonly (readonly JointPath[])[]> {
    return this.#inTurn(async () => {
      const { startOf, belief } = this.#look('right');
      const starts = [startOf('left'), startOf('right')] as const;
      const goals = [asArmGoal(left), asArmGoal(right)] as const;
      const stages = await breathing(planTwoArms(this.#planning, { starts, goals, carried: carriedByBoth(belief) }));
      return stages.map((stage) => stage.map(({ arm, path }): JointPath => ({ arm: belief.arms[arm].side, ...path })));
    });
  }

  solveIk(arm: ArmSide, pose: Pose, { seedRad }: IkSeed = {}): Promise<IkAnswer> {
    return this.#inTurn(async () => {
      const start = this.#look(arm).startOf(arm);
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

  isFree(arm: ArmSide, pose: Pose): Promise<boolean> {
    return this.#inTurn(() => {
      const start = this.#look(arm, FRANKA_HAND_LIMITS.maxWidthM).startOf(arm);
      return breathing(canStandAt(this.#planning, { ...start, worldFromTool: pose }));
    });
  }

  dispose(): void {
    this.#planning.dispose();
  }

  /** One search at a time: they share the planning scene. */
  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #search(start: ArmStart, goal: MoveGoal): Planning<TimedPath[]> {
    return goal.kind === 'tool'
      ? planToolMove(this.#planning, { ...start, worldFromTool: goal.pose, approachM: goal.approachM })
      : planJointMove(
          this.#planning,
          { ...start, worldFromTool: compose(start.worldFromBase, toolPose(goal.jointsRad)) },
          goal.jointsRad,
        );
  }

  /**
   * Brings the planning scene up to date.
   * @param arm the arm that is asked for
   * @param widthM how far its hand is to be thought open; as it is when left out
   */
  #look(arm: ArmSide, widthM?: number): { belief: Belief; startOf: (side: ArmSide) => ArmStart } {
    const belief = this.#believe();
    const { arms } = belief;
    if (!arms.some(({ side }) => side === arm)) {
      throw new RobotError('INVALID_PLAN', `this robot has no ${arm} arm; nothing has moved`, 'leave the arm out');
    }
    const postures = arms.map(({ referenceRad }) => Float64Array.from(referenceRad));
    this.#planning.update({
      ...belief,
      arms: arms.map((state, k) => ({
        jointsRad: postures[k],
        widthM: state.side === arm && widthM !== undefined ? widthM : state.widthM,
      })),
    });
    const startOf = (side: ArmSide): ArmStart => {
      const index = arms.findIndex((one) => one.side === side);
      const { worldFromBase, restRad } = arms[index];
      return {
        arm: index,
        worldFromBase,
        fromRad: postures[index],
        othersRad: postures,
        ik: { jointMarginRad: JOINT_MARGIN_RAD, restRad },
      };
    };
    return { belief, startOf };
  }
}

/** What every hand holds, if it is one thing. */
function carriedByBoth({ arms, held }: Belief): string | undefined {
  const [first, ...others] = arms.map(({ side }) => held.find((one) => one.side === side)?.prop);
  return others.every((prop) => prop === first) ? first : undefined;
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
