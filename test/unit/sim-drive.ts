// Owns how the tests of the simulation get a world and drive its arm: task, world, robot and planner in one place.

import { readFileSync } from 'node:fs';
import type { ArmSide, MotionResult, Plan } from '../../drivers/robot.ts';
import type { MoveGoal } from '../../drivers/scene-ports.ts';
import { fastPacer, type Pacer } from '../../drivers/simulated/pacer.ts';
import { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import { SimulatedScene } from '../../drivers/simulated/simulated-scene.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { Scene } from '../../sim/scenes/scene.ts';
import { mat3FromQuat, type Pose, quatFromAxisAngle, quatMultiply, TOOL_DOWN } from '../../sim/spatial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';

export const TASK_NAMES = ['cube-lift', 'cube-stack', 'cube-restack'] as const;

export const mujoco = await loadMujoco();

export function taskText(name: string): string {
  return readFileSync(new URL(`../../sim/tasks/${name}/task.yaml`, import.meta.url), 'utf8');
}

export function loadTask(name: string): Task {
  return parseTask(taskText(name), `${name}/task.yaml`);
}

/** One world with its robot and planner, driven as a program would, without the API in between. */
export class Drive {
  readonly world: TaskWorld;
  readonly robot: SimulatedRobot;
  readonly scene: SimulatedScene;

  constructor(scene: Scene, pace: Pacer = fastPacer()) {
    this.world = new TaskWorld(mujoco, scene);
    this.robot = new SimulatedRobot(this.world, pace);
    this.scene = new SimulatedScene(mujoco, this.world);
  }

  static of(task: string, seed: number, pace?: Pacer): Drive {
    return new Drive(drawScene(loadTask(task), seed), pace);
  }

  /** Plans every stretch of a move, each from where the one before ends. */
  async plans(goal: MoveGoal, arm: ArmSide = 'left', speedScale = 1): Promise<Plan[]> {
    const plans: Plan[] = [];
    for (const path of await this.scene.planMove(arm, goal)) {
      plans.push(await this.robot.plan({ paths: [path], speedScale, toolSpeedMPerS: 1 }));
    }
    return plans;
  }

  /** Goes to a fingertip pose; ends at the first stretch that does not reach its end. */
  async go(pose: Pose, approachM = 0, speedScale = 1): Promise<MotionResult> {
    let result: MotionResult | undefined;
    for (const plan of await this.plans({ kind: 'tool', pose, approachM }, 'left', speedScale)) {
      result = await this.robot.execute(plan);
      if (!result.reached) return result;
    }
    if (result === undefined) throw new Error('the planner returned no path');
    return result;
  }

  /** Tool pose over an object, pointing down, fingers across two of its sides. */
  graspOf(name: string): Pose {
    const { pose } = this.world.prop(name) as { pose: Pose };
    const m = mat3FromQuat(pose.quatWxyz);
    const quarter = Math.PI / 2;
    let yaw = ((Math.atan2(m[3], m[0]) % quarter) + quarter) % quarter;
    if (yaw > quarter / 2) yaw -= quarter;
    return { position: pose.position, quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], yaw), TOOL_DOWN) };
  }

  /** A straight joint move from where the arm is commanded to be, without any planner. */
  async jointPlan(goalRad: readonly number[], speedScale = 1): Promise<Plan> {
    const { commandedPositionsRad } = (await this.robot.state()).arms[0];
    const points = Float64Array.from([...commandedPositionsRad, ...goalRad]);
    return this.robot.plan({ paths: [{ arm: 'left', kind: 'stops', points }], speedScale, toolSpeedMPerS: 1.7 });
  }

  /** Opens, goes to the object and closes on it. */
  async grasp(name: string, forceN = 30): Promise<Pose> {
    const pose = this.graspOf(name);
    await this.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 });
    await this.go(pose, 0.1);
    await this.robot.moveGripper({ arm: 'left', widthM: 0, forceN });
    return pose;
  }

  async open(): Promise<void> {
    await this.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 });
  }

  /** Puts an object elsewhere, at rest: what a person with a quick hand could do. */
  teleport(name: string, pose: Pose, velocity: readonly number[] = [0, 0, 0, 0, 0, 0]): void {
    const at = this.world.physics.jointAddress(name);
    const { qpos, qvel } = this.world.physics.views;
    qpos.set([...pose.position, ...pose.quatWxyz], at.qpos);
    qvel.set(velocity, at.qvel);
    this.world.physics.forward();
  }

  dispose(): void {
    this.world.dispose();
    this.scene.dispose();
  }
}

/** Runs `work` with a world and frees it whatever happens. */
export async function withDrive<T>(task: string, seed: number, work: (drive: Drive) => Promise<T> | T): Promise<T> {
  const drive = Drive.of(task, seed);
  try {
    return await work(drive);
  } finally {
    drive.dispose();
  }
}
