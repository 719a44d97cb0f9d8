// Owns one simulated cell: a task's world, its robot and planner, its gate, and the sandbox its programs run in. The
// live session, the preview's twin and every benchmark trial are cells; they differ in pace, gate settings and who
// watches. Runs wherever JavaScript runs: no node:, no DOM. Must never approve anything.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { ApprovalClaims, StepMode } from '../../drivers/gate/approval.ts';
import type { BeatRule } from '../../drivers/gate/beats.ts';
import type { AwaitStep, BlockPermit } from '../../drivers/gate/block-permit.ts';
import { wholeRoomGrant } from '../../drivers/gate/closed-loop.ts';
import { type LimitName, withRobotTime } from '../../drivers/gate/envelope.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import { createGate, type Gate, type GateOptions } from '../../drivers/gate/gate.ts';
import { GateRefusal } from '../../drivers/gate/refusal.ts';
import { armDisagreement } from '../../drivers/rig/arm-agreement.ts';
import type { Rig } from '../../drivers/rig/rig-file.ts';
import type { Pacer } from '../../drivers/simulated/pacer.ts';
import { perceivedWorld } from '../../drivers/simulated/perceived-world.ts';
import { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import type { Goal } from '../../sim/tasks/goal.ts';
import { judge, type Verdict } from '../../sim/tasks/judge.ts';
import { drawScene, homeJointsOf } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld, type WorldSnapshot } from '../../sim/tasks/task-world.ts';
import { type Asker, askImplementation } from '../../skills/api/asks.ts';
import { type ApiReply, createApiDispatcher } from '../../skills/api/binding.ts';
import type { PolicyApi, Tier } from '../../skills/api/definition.ts';
import { apiChoice, apiFor, guestFunctions } from '../../skills/api/policy-api.ts';
import type { Detector } from '../../skills/perception/detector.ts';
import type {
  BlockOutcome,
  CallReply,
  GuestCall,
  LoopSite,
  OutputLine,
  PolicySandbox,
  SandboxModule,
} from '../../skills/sandbox/policy-sandbox.ts';
import { createCallOrder } from './call-order.ts';
import { openTierSide, type SceneGuess, type TierSide } from './tier-side.ts';

/** A block that has passed the check. */
export interface CheckedBlock {
  /** Name in messages and call frames, as "block-1". */
  readonly name: string;
  readonly source: string;
  readonly javascript: string;
  readonly loops: readonly LoopSite[];
  /** Lines that call the API, for the preview to say which it did not reach. */
  readonly callingLines?: readonly number[];
}

/** One finished API call. */
export interface CallRecord {
  readonly index: number;
  readonly name: string;
  /** Line and column in the block; absent when the call came from elsewhere. */
  readonly line?: number;
  readonly column?: number;
  readonly argsJson: string;
  readonly reply: ApiReply;
  /** Robot time, seconds. */
  readonly startS: number;
  readonly endS: number;
}

/** Who is told what happens in the cell. */
export interface CellWatch {
  onTick?(): void;
  /** A call of the policy API begins; `onCall` follows when it has ended. */
  onCallStart?(call: Pick<CallRecord, 'name' | 'line'>): void;
  onCall?(call: CallRecord): void;
  onSay?(text: string, line: number | undefined): void;
  /** A line that the program has just printed, before the calls it makes next. */
  onOutput?(line: OutputLine): void;
  onGate?(event: GateEvent): void;
  /** A camera was looked through; the pictures are not to be changed. */
  onLook?(observation: Observation): void;
}

export interface CellOptions {
  readonly mujoco: Mujoco;
  readonly task: Task;
  readonly seed: number;
  readonly tier: Tier;
  readonly rig: Rig;
  /** Opened by the cell for this session; disposed of by whoever made it. */
  readonly sandbox: PolicySandbox;
  /** The modules programs may import. */
  readonly modules: readonly SandboxModule[];
  /** Finds things in pictures at the tiers that look; the pixel detector unless given. */
  readonly detector?: Detector;
  /** Answers what programs ask; without one they have no questions. */
  readonly asker?: Asker;
  /** The world is what was perceived, not what the seed draws: previews above tier S1. */
  readonly guess?: SceneGuess;
  readonly pacer: Pacer;
  /** Clock of the gate, seconds. */
  readonly nowS: () => number;
  readonly requiredBeats: readonly BeatRule[];
  /** From the thread beside this one that guards the cell, if there is one. */
  readonly heardS?: GateOptions['heardS'];
  readonly stopWord?: GateOptions['stopWord'];
  /** 'preview' collects soft limits as facts instead of refusing them. */
  readonly purpose: 'live' | 'preview' | 'trial';
  readonly awaitStep?: AwaitStep;
  /** Asked before each call of a program is carried out; the program waits for it. A stop ends the wait. */
  readonly beforeCall?: (call: { readonly name: string; readonly line?: number }) => Promise<void>;
  /** 'one': the cell runs a single block, and nothing is kept to go on from. 'many' unless given. */
  readonly blocks?: 'one' | 'many';
  /** Failures of our own code while a call was answered; the program sees none of it. */
  readonly onInternalError: (error: unknown) => void;
}

/** What would run, apart from the block itself. */
export interface RunSettings {
  readonly previewId: string | null;
  readonly startJointsRad: readonly (readonly number[])[] | null;
  readonly grants: readonly LimitName[];
  /** The operator's speed: share of the robot's limits, in (0, 1]. */
  readonly speedScale: number;
  readonly stepMode: StepMode;
}

export const PLAIN_RUN: RunSettings = {
  previewId: null,
  startJointsRad: null,
  grants: [],
  speedScale: 1,
  stepMode: 'none',
};

/** Everything the next block can depend on. */
export interface CellSnapshot {
  readonly world: WorldSnapshot;
  readonly sandbox: Uint8Array;
}

/**
 * Seed of the programs' `Math.random`. Not the world's: whoever knows that one can compute where everything stands, and a
 * few random numbers are enough to find a small seed.
 */
const PROGRAM_SEED = 1;

export class Cell {
  readonly task: Task;
  readonly world: TaskWorld;
  readonly robot: SimulatedRobot;
  readonly side: TierSide;
  readonly gate: Gate;
  readonly api: PolicyApi;
  readonly #options: CellOptions;
  readonly #watches: CellWatch[] = [];
  /** Hash of the session's values; unknown after a block until somebody asks. */
  #sandboxHash: string | undefined;
  #permit: BlockPermit | undefined;

  private constructor(options: CellOptions, world: TaskWorld, api: PolicyApi) {
    this.#options = options;
    this.task = options.task;
    this.world = world;
    this.api = api;
    this.robot = new SimulatedRobot(world, options.pacer);
    this.side = openTierSide({
      ...options,
      world,
      robot: this.robot,
      onLook: (observation) => {
        for (const watch of this.#watches) watch.onLook?.(observation);
      },
    });
    this.gate = createGate({
      robot: this.robot,
      envelope: withRobotTime(options.rig.envelope, options.task.maxRobotTimeS),
      nowS: options.nowS,
      sha256Hex,
      requiredBeats: options.requiredBeats,
      heardS: options.heardS,
      stopWord: options.stopWord,
      softLimits: options.purpose === 'preview' ? 'collect' : 'refuse',
      awaitStep: options.awaitStep,
      onEvent: (event) => {
        for (const watch of this.#watches) watch.onGate?.(event);
      },
    });
  }

  /**
   * Builds the world of (task, seed) and opens a fresh session in the sandbox.
   * @throws GateRefusal BAD_CONFIGURATION when the rig's arms stand elsewhere than the task's
   */
  static async open(options: CellOptions): Promise<Cell> {
    const disagreement = armDisagreement(options.rig, options.task);
    if (disagreement !== undefined) {
      throw new GateRefusal(
        'BAD_CONFIGURATION',
        `This cell cannot be opened: ${disagreement}.`,
        'The gate would check another room than the one the arms move in.',
      );
    }
    const api = apiFor(apiChoice(options.task, options.tier, options.asker !== undefined));
    const { guess, task, sandbox, modules, blocks = 'many' } = options;
    const world =
      guess === undefined
        ? new TaskWorld(options.mujoco, drawScene(task, options.seed))
        : new TaskWorld(options.mujoco, perceivedWorld(task, guess.perceived), guess.perceived.timeS);
    await sandbox.open({ seed: PROGRAM_SEED, functions: guestFunctions(api), modules, blocks });
    return new Cell(options, world, api);
  }

  /** Adds somebody to tell what happens from now on; returns how to stop that. */
  observe(watch: CellWatch): () => void {
    this.#watches.push(watch);
    const { onTick } = watch;
    const stopTicks = onTick === undefined ? undefined : this.world.onTick(() => onTick());
    return () => {
      stopTicks?.();
      this.#watches.splice(this.#watches.indexOf(watch), 1);
    };
  }

  /** Of the block that runs. */
  get permit(): BlockPermit | undefined {
    return this.#permit;
  }

  get rig(): Rig {
    return this.#options.rig;
  }

  /** The claims of a block as it would run now; an approval covers exactly these. */
  async claims(block: CheckedBlock, settings: RunSettings): Promise<ApprovalClaims> {
    this.#sandboxHash ??= (await this.#options.sandbox.snapshot()).sha256;
    return {
      source: block.javascript,
      sessionSnapshotHash: this.#sandboxHash,
      apiVersion: this.api.version,
      tier: this.api.tier,
      skillVersions: {},
      robotId: this.robot.identity.id,
      robotKind: this.robot.identity.kind,
      envelope: this.gate.envelope,
      speedScale: settings.speedScale,
      stepMode: settings.stepMode,
      epoch: this.gate.state().epoch,
      previewId: settings.previewId,
      startJointsRad: settings.startJointsRad,
      grants: settings.grants,
      closedLoop: wholeRoomGrant(this.gate.envelope),
    };
  }

  /**
   * Runs an approved block to its end. The sandbox gets the very source the approval covers.
   * @throws GateRefusal when the block may not start; everything later is in the outcome
   */
  async run(block: CheckedBlock, offerId: string, settings: RunSettings, signal?: AbortSignal): Promise<BlockOutcome> {
    const permit = await this.gate.begin(offerId, await this.claims(block, settings));
    this.#permit = permit;
    const implementation = this.#implementation(permit, settings);
    const dispatcher = createApiDispatcher(this.api, implementation, (error) => this.#options.onInternalError(error));
    let count = 0;
    const inOrder = createCallOrder();
    const answer = (call: GuestCall, signal: AbortSignal): Promise<CallReply> => {
      const index = count++;
      // When a program ends before its calls, what is left of them is stopped. In a trial it is carried out: a stop would
      // come at another instant of robot time on every machine.
      return inOrder(() => carryOut(call, index, this.#options.purpose === 'trial' ? undefined : signal));
    };
    const carryOut = async (call: GuestCall, index: number, signal?: AbortSignal): Promise<CallReply> => {
      const frame = call.frames.find((one) => one.block === block.name);
      for (const watch of this.#watches) watch.onCallStart?.({ name: call.name, line: frame?.line });
      // After a stop the gate itself says why nothing is done any more.
      await this.#options.beforeCall?.({ name: call.name, line: frame?.line }).catch(() => undefined);
      const startS = this.world.timeS;
      const reply = await dispatcher.dispatch(call.name, call.argsJson, signal);
      this.world.trace.call(call.name, call.argsJson, JSON.stringify(reply));
      const record: CallRecord = {
        index,
        name: call.name,
        line: frame?.line,
        column: frame?.column,
        argsJson: call.argsJson,
        reply,
        startS,
        endS: this.world.timeS,
      };
      for (const watch of this.#watches) {
        if (call.name === 'say' && reply.ok) watch.onSay?.(String(JSON.parse(call.argsJson)[0]), frame?.line);
        watch.onCall?.(record);
      }
      return { ...reply, robotTimeS: this.world.timeS };
    };
    try {
      return await this.#options.sandbox.run(
        {
          blockName: block.name,
          javascript: permit.claims.source,
          loops: block.loops,
          robotTimeS: this.world.timeS,
        },
        {
          onCall: answer,
          onOutput: (line) => {
            for (const watch of this.#watches) watch.onOutput?.(line);
          },
        },
        signal,
      );
    } finally {
      this.#permit = undefined;
      await permit.end();
      this.#sandboxHash = undefined;
    }
  }

  /** Lets the world settle and judges the task's goal, or another one. */
  judge(goal: Goal = this.task.goal): Verdict {
    return judge(this.world, goal);
  }

  /** SHA-256 of everything that moved and was called so far. */
  traceHash(): string {
    return this.world.trace.digestHex();
  }

  async snapshot(): Promise<CellSnapshot> {
    return { world: this.world.snapshot(), sandbox: (await this.#options.sandbox.snapshot()).bytes };
  }

  /** Takes over the state of another cell of the same task and seed; without a world, of its sandbox alone. */
  async restore(snapshot: Pick<CellSnapshot, 'sandbox'> & Partial<CellSnapshot>): Promise<void> {
    if (snapshot.world !== undefined) this.world.restore(snapshot.world);
    await this.#options.sandbox.restore(snapshot.sandbox);
    this.#sandboxHash = undefined;
  }

  /** Frees the world; the sandbox belongs to whoever made it. */
  async dispose(): Promise<void> {
    await this.robot.close();
    this.side.dispose();
    this.world.dispose();
  }

  #implementation(permit: BlockPermit, settings: RunSettings) {
    const { rig, asker } = this.#options;
    const { toolSpeedMPerS } = rig.envelope;
    const functions = this.side.implement({
      permit,
      homeJointsRad: homeJointsOf(this.task),
      toolSpeedMPerS: toolSpeedMPerS.soft ?? toolSpeedMPerS.hard,
      speedShare: settings.speedScale,
    });
    return asker === undefined ? functions : { ...functions, ...askImplementation(asker) };
  }
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
