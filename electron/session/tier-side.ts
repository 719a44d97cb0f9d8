// Owns what a tier may know of a simulated cell: tier S1 the simulator's truth, every other tier what its cameras show.
// The only place where the truth is handed out. Must never give a tier above S1 anything but arms, furniture and cameras.

import type { Cameras, Observation } from '../../drivers/cameras/camera-port.ts';
import type { PerceivedScene } from '../../drivers/perceived-scene.ts';
import type { MotionPlanner } from '../../drivers/scene-ports.ts';
import { BelievedWorld } from '../../drivers/simulated/believed-scene.ts';
import { PreviewCameras } from '../../drivers/simulated/preview-cameras.ts';
import { SimulatedCameras } from '../../drivers/simulated/simulated-cameras.ts';
import type { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import { armsOf, SimulatedScene } from '../../drivers/simulated/simulated-scene.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import { bodyBalls } from '../../sim/robots/panda/body-balls.ts';
import { goalReferences } from '../../sim/tasks/goal.ts';
import { homeJointsOf } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { ApiImplementation } from '../../skills/api/binding.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { domainImplementation } from '../../skills/api/domains.ts';
import { highLevelImplementation } from '../../skills/api/high-level.ts';
import { lowLevelImplementation } from '../../skills/api/low-level.ts';
import type { MotionPorts } from '../../skills/api/motions.ts';
import type { FoundObject } from '../../skills/api/scene-knowledge.ts';
import { type SeenMemory, SeenScene } from '../../skills/api/seen-scene.ts';
import { trueScene } from '../../skills/api/true-scene.ts';
import type { Detector } from '../../skills/perception/detector.ts';
import { PixelDetector } from '../../skills/perception/pixel-detector.ts';
import { surveyScene } from '../../skills/perception/survey.ts';

export interface TierSideOptions {
  readonly mujoco: Mujoco;
  readonly world: TaskWorld;
  readonly robot: SimulatedRobot;
  readonly task: Task;
  readonly seed: number;
  readonly tier: Tier;
  /** Finds things in pictures; the pixel detector unless given. */
  readonly detector?: Detector;
  /** Told of every look of a camera. */
  readonly onLook?: (observation: Observation) => void;
  /** Of a preview whose world is what was perceived. */
  readonly guess?: SceneGuess;
}

/** What a preview above tier S1 goes by. */
export interface SceneGuess {
  readonly perceived: PerceivedScene;
  readonly memory: SeenMemory;
  /** Called for every look that the preview had to draw itself. */
  readonly onPredicted: () => void;
}

/** What is in a cell, as far as a tier can know. Base frame, metres. */
export interface KnownThings {
  readonly things: readonly FoundObject[];
  /** By arm: what its hand holds. */
  readonly held: readonly (string | undefined)[];
}

export interface TierSide {
  readonly planner: MotionPlanner;
  /** The functions of the tier, bound to one permit. */
  implement(ports: Omit<MotionPorts, 'planner' | 'robot'>): ApiImplementation;
  /** What is in the cell as far as this tier can know, and what it remembers; undefined at tier S1, which knows the truth. */
  /** Tier S1 only: the truth. */
  truth?(): Promise<KnownThings>;
  survey?(signal?: AbortSignal): Promise<Omit<SceneGuess, 'onPredicted'>>;
  dispose(): void;
}

const nothing = () => undefined;

/** Seed of the noise in the drawings of a preview: it must not be that of the live cell, from which the truth follows. */
const GUESS_SEED = 1;

export function openTierSide(options: TierSideOptions): TierSide {
  return options.tier === 'S1' ? trueSide(options) : seenSide(options);
}

function trueSide({ mujoco, world, robot, task }: TierSideOptions): TierSide {
  const planner = new SimulatedScene(mujoco, world);
  const scene = trueScene(planner, robot);
  return {
    planner,
    implement: (permit) => {
      const ports = { ...permit, robot, planner, scene, task, cartPole: world.cartPole, say: nothing };
      return { ...highLevelImplementation(ports), ...domainImplementation(ports) };
    },
    truth: async () => ({
      things: (await scene.known()).map(({ name, pose, extent }) => ({ name, pose, extent })),
      held: world.arms.map((_, index) => world.heldProp(index)),
    }),
    dispose: () => planner.dispose(),
  };
}

function seenSide(options: TierSideOptions): TierSide {
  const { mujoco, world, robot, task, seed, tier, detector, guess } = options;
  const { arms, fixtures } = world.scene;
  const rest = homeJointsOf(task);
  const planner = new BelievedWorld(
    mujoco,
    {
      // The planner's rest is the posture without the noise of the start.
      arms: () =>
        armsOf(world).map((arm, index) => ({
          ...arm,
          ...(arms[index].tool === undefined ? {} : { tool: arms[index].tool }),
          restRad: rest[index],
        })),
    },
    fixtures,
  );
  const ballsAt = (joints: readonly (readonly number[])[]) =>
    joints.flatMap((jointsRad, index) => bodyBalls(arms[index].worldFromBase, jointsRad));
  const ballsNow = async () => ballsAt((await robot.state()).arms.map(({ jointPositionsRad }) => jointPositionsRad));
  // In the live looks of a preview the robot stands where it stood.
  const ballsThen = ballsAt((guess?.perceived.arms ?? []).map(({ jointPositionsRad }) => jointPositionsRad));
  const drawn = new SimulatedCameras(world, task.sensors, guess === undefined ? seed : GUESS_SEED);
  const cameras =
    guess === undefined
      ? drawn
      : new PreviewCameras({ live: guess.perceived.looks, drawn, world, onPredicted: guess.onPredicted });
  const scene = new SeenScene({
    cameras: told(cameras, options.onLook),
    detector: detector ?? new PixelDetector(),
    robot,
    believer: planner,
    furniture: fixtures,
    robotBalls: async () => [
      ...(await ballsNow()),
      ...(cameras instanceof PreviewCameras && !cameras.touched ? ballsThen : []),
    ],
  });
  if (guess !== undefined) scene.recall(guess.memory);
  let surveyCameras: Cameras | undefined;
  return {
    planner,
    implement: (permit) => {
      const ports = { ...permit, robot, planner, scene, task, cartPole: world.cartPole, say: nothing };
      const functions = tier === 'S2' ? highLevelImplementation(ports) : lowLevelImplementation(ports);
      return { ...(functions as unknown as ApiImplementation), ...domainImplementation(ports) };
    },
    survey: async (signal) => {
      surveyCameras ??= new SimulatedCameras(world, task.sensors, seed, 'preview');
      const looks: Observation[] = [];
      for (const name of surveyCameras.names) looks.push(await surveyCameras.look(name, signal));
      const ports = {
        looks,
        // Forms and places need no model server; only programs ask those.
        detector: new PixelDetector(),
        state: await robot.state(),
        robot: await ballsNow(),
        bases: arms.map(({ worldFromBase }) => worldFromBase.position),
        words: [...new Set(goalReferences(task.goal).map(({ name }) => name))],
      };
      return { perceived: await surveyScene(ports, signal), memory: scene.memory() };
    },
    dispose: () => planner.dispose(),
  };
}

/** What a look around shows of things, by the names it gave them. */
export function thingsIn({ things, arms }: PerceivedScene): KnownThings {
  const sides = ['left', 'right'] as const;
  return {
    things: things.map(({ name, pose, size }) => ({ name, pose, extent: size })),
    held: arms.map((_, index) => things.find(({ heldBy }) => heldBy === sides[index])?.name),
  };
}

/** The same cameras; each look is told before whoever asked for it has it. */
function told(cameras: Cameras, onLook: TierSideOptions['onLook']): Cameras {
  return {
    names: cameras.names,
    look: async (camera, signal) => {
      const observation = await cameras.look(camera, signal);
      onLook?.(observation);
      return observation;
    },
  };
}
