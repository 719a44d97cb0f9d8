// Owns planning where only fixtures and what was perceived are known: tiers S2 to S4, where boxes seen by a camera are
// all there is to go around. Must never be given a world: only the arms as commanded, and boxes.

import type { BelievedBox } from '../../sim/control/box-slots.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import type { ArmMount, Fixture } from '../../sim/scenes/scene.ts';
import { compose, invert, type Pose, quatNormalize } from '../../sim/spatial.ts';
import { type ArmSide, type JointPath, RobotError } from '../robot.ts';
import type { IkAnswer, IkSeed, MotionPlanner, MoveGoal, TwoGoals } from '../scene-ports.ts';
import { type PlannedArm, ScenePlanner } from './scene-planner.ts';

/** Who knows where the arms are: a robot knows that of itself. */
export interface ArmSource {
  /** Left, then right where there is one: the same arms, with the same tools, at every call. */
  arms(): readonly (PlannedArm & Pick<ArmMount, 'tool'>)[];
}

/** Boxes the planner has room for. */
export const MOST_BOXES = 32;
/** What is held was seen only to so much, metres: it may seem to reach that deep into what it is put down on. */
const HELD_TOLERANCE_M = 0.01;

export class BelievedWorld implements MotionPlanner {
  readonly #source: ArmSource;
  readonly #planner: ScenePlanner;
  #boxes: readonly BelievedBox[] = [];
  /** Per side: name and place of what it holds, as seen from its tool. */
  readonly #held = new Map<ArmSide, { readonly box: string; readonly toolFromBox: Pose }>();

  /** @param fixtures the furniture the installation or the task declares; nothing that was not declared is known */
  constructor(mujoco: Mujoco, source: ArmSource, fixtures: readonly Fixture[]) {
    this.#source = source;
    const arms = source.arms().map(({ side, worldFromBase, restRad, tool }) => ({
      side,
      worldFromBase,
      startJointsRad: Array.from(restRad),
      ...(tool === undefined ? {} : { tool }),
    }));
    const planning = new PlanningScene(
      mujoco,
      { arms, fixtures, props: [] },
      { believedBoxes: MOST_BOXES, heldToleranceM: HELD_TOLERANCE_M },
    );
    this.#planner = new ScenePlanner(planning, () => ({
      arms: source.arms(),
      props: new Map(),
      held: source.arms().flatMap(({ side }) => {
        const held = this.#held.get(side);
        return held === undefined ? [] : [{ side, prop: held.box, toolFromProp: held.toolFromBox }];
      }),
      boxes: this.#boxes,
    }));
  }

  /**
   * What is believed to stand where from now on. A box that a hand holds stays in it: seen anew under the same name, it
   * takes the new place and size; not seen, it is kept.
   * @throws RobotError INVALID_PLAN for two boxes of one name, for numbers that are no box, and for more than MOST_BOXES
   */
  setBoxes(boxes: readonly BelievedBox[]): void {
    boxes.forEach(({ name, pose, size }, index) => {
      if (boxes.findIndex((box) => box.name === name) < index) throw refused(`two boxes are called "${name}"`);
      if (
        !size.every((side) => side > 0 && side < 10) ||
        ![...pose.position, ...pose.quatWxyz].every((value) => Math.abs(value) < 1e3) ||
        pose.quatWxyz.every((value) => Math.abs(value) < 1e-3)
      ) {
        throw refused(`"${name}" is no box: sides [${size.join(', ')}] m at [${pose.position.join(', ')}] m`);
      }
    });
    const unseen = this.#boxes.filter(({ name }) => this.#isHeld(name) && !boxes.some((box) => box.name === name));
    const seen = boxes.map((box) => ({ ...box, pose: { ...box.pose, quatWxyz: quatNormalize(box.pose.quatWxyz) } }));
    const known = [...seen, ...unseen.map((box) => ({ ...box, pose: this.#poseOf(box) }))];
    if (known.length > MOST_BOXES)
      throw refused(`the planner has room for ${MOST_BOXES} boxes, not for ${known.length}`);
    this.#boxes = known;
    for (const [side, { box }] of this.#held) {
      if (boxes.some(({ name }) => name === box)) this.#hold(side, box);
    }
  }

  /** What is believed to stand where now, boxes in the hands included. */
  boxes(): readonly BelievedBox[] {
    return this.#boxes.map((box) => ({ ...box, pose: this.#poseOf(box) }));
  }

  /**
   * Says that a hand holds a box from now on, where both are now; or, with null, that it has let go of what it held.
   * @throws RobotError INVALID_PLAN for a name that no box has
   */
  attach(side: ArmSide, boxName: string | null): void {
    const held = this.#held.get(side)?.box;
    if (held !== undefined) {
      this.#boxes = this.#boxes.map((box) => (box.name === held ? { ...box, pose: this.#poseOf(box) } : box));
      this.#held.delete(side);
      // What the other hand still holds moves with that hand, from where it is now.
      for (const [other, { box }] of this.#held) if (box === held) this.#hold(other, box);
    }
    if (boxName !== null) this.#hold(side, boxName);
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

  dispose(): void {
    this.#planner.dispose();
  }

  #isHeld(name: string): boolean {
    return [...this.#held.values()].some(({ box }) => box === name);
  }

  #hold(side: ArmSide, name: string): void {
    const box = this.#boxes.find((one) => one.name === name);
    if (box === undefined) {
      const known = this.#boxes.map((one) => one.name).join(', ');
      throw refused(`no box is called "${name}"; known: ${known === '' ? 'none' : known}`);
    }
    // Of what both hands hold, the first says where it is.
    const pose = this.#held.has(side) ? box.pose : this.#poseOf(box);
    this.#held.set(side, { box: name, toolFromBox: compose(invert(this.#tool(side)), pose) });
  }

  /** Where a box is now: in a hand it moves with the tool. */
  #poseOf({ name, pose }: BelievedBox): Pose {
    for (const [side, { box, toolFromBox }] of this.#held) {
      if (box === name) return compose(this.#tool(side), toolFromBox);
    }
    return pose;
  }

  #tool(side: ArmSide): Pose {
    const arm = this.#source.arms().find((one) => one.side === side);
    if (arm === undefined) throw refused(`this robot has no ${side} arm`);
    return compose(arm.worldFromBase, toolPose(arm.referenceRad));
  }
}

function refused(what: string): RobotError {
  return new RobotError('INVALID_PLAN', `${what}; nothing has moved`, 'look again, and name each box once');
}
