// Owns the operator's hand on the arm: words of a key or a handle become closed-loop commands under a permit of the gate,
// the paused program's or one of the operator's own. The newest word wins, silence brings the arm to rest. Must never
// move without a permit, nor go on after the last word.

import type { BlockPermit } from '../../drivers/gate/block-permit.ts';
import type { ArmSide, Robot } from '../../drivers/robot.ts';
import type { MotionPlanner } from '../../drivers/scene-ports.ts';
import { add, type Pose, quatFromAxisAngle, quatMultiply, scale, type Vec3 } from '../../sim/spatial.ts';
import { HAND_S, JOG_LIMITS, type Jog, type JogGripper } from '../ipc/operator-pace.ts';

/** Robot time of one command, seconds: short enough to feel like a hand, long enough to compute the next one. */
const PERIOD_S = 0.05;
/** An own permit is given back after this long without a word, milliseconds. */
const KEEP_MS = 1000;

export interface JogOptions {
  readonly robot: Robot;
  readonly planner: MotionPlanner;
  readonly nowS: () => number;
  /** The permit to drive under. @throws GateRefusal or PaceRefusal when the operator may not drive now */
  readonly borrow: () => Promise<{ readonly permit: BlockPermit; giveBack(): Promise<void> }>;
  /** The operator has begun to drive, or has stopped. */
  readonly onDriving: (drives: boolean) => void;
}

interface Word {
  readonly jog: Jog;
  readonly atS: number;
}

export class OperatorJog {
  readonly #options: JogOptions;
  #word: Word | undefined;
  #work: Promise<void> | undefined;

  constructor(options: JogOptions) {
    this.#options = options;
  }

  get drives(): boolean {
    return this.#work !== undefined;
  }

  /** Hears one word; resolves when it is taken over. @throws what ended the drive before it began */
  async hear(jog: Jog): Promise<void> {
    const isRest = [...jog.linear, ...jog.angular].every((share) => share === 0);
    if (isRest) {
      this.#word = undefined;
      return;
    }
    this.#word = { jog, atS: this.#options.nowS() };
    if (this.#work !== undefined) return;
    await this.#begin((permit) => this.#drive(permit));
  }

  /** Opens or closes a hand. @throws GateRefusal, PaceRefusal */
  async grip({ arm, widthM }: JogGripper): Promise<void> {
    if (this.#work !== undefined) await this.#work;
    let failure: unknown;
    await this.#begin(async (permit) => {
      try {
        await permit.moveGripper({ arm, widthM, forceN: GRIP_N });
      } catch (error) {
        failure = error;
      }
    });
    await this.#work;
    if (failure !== undefined) throw failure;
  }

  async #begin(work: (permit: BlockPermit) => Promise<void>): Promise<void> {
    const { borrow, onDriving } = this.#options;
    let release: () => void = () => undefined;
    // Nobody else begins while the permit is being asked for.
    this.#work = new Promise((resolve) => {
      release = resolve;
    });
    try {
      const { permit, giveBack } = await borrow();
      onDriving(true);
      void (async () => {
        try {
          await work(permit);
        } finally {
          await giveBack().catch(() => undefined);
          this.#work = undefined;
          this.#word = undefined;
          onDriving(false);
          release();
        }
      })();
    } catch (error) {
      this.#work = undefined;
      this.#word = undefined;
      release();
      throw error;
    }
  }

  /** Command after command while words come. A refusal of the gate ends it at rest; the operator sees the arm stand. */
  async #drive(permit: BlockPermit): Promise<void> {
    const { robot, planner, nowS } = this.#options;
    const targets = new Map<ArmSide, Pose>();
    let silentSinceS: number | undefined;
    for (;;) {
      const word = this.#word;
      const isFresh = word !== undefined && nowS() - word.atS <= HAND_S;
      if (!isFresh) {
        if (targets.size > 0) await permit.rest().catch(() => undefined);
        targets.clear();
        silentSinceS ??= nowS();
        if ((nowS() - silentSinceS) * 1000 > KEEP_MS) return;
        await new Promise((resolve) => setTimeout(resolve, PERIOD_S * 1000));
        continue;
      }
      silentSinceS = undefined;
      const { arm, linear, angular } = word.jog;
      try {
        const { arms } = await robot.state();
        const state = arms[arm === 'left' ? 0 : 1];
        if (state === undefined) return;
        const target = moved(targets.get(arm) ?? state.tool, linear, angular);
        const answer = await planner.solveIk(arm, target, { seedRad: state.commandedPositionsRad });
        if (!answer.feasible) {
          // At the end of its reach the arm stands; another direction is free.
          targets.delete(arm);
          await permit.rest();
          await new Promise((resolve) => setTimeout(resolve, PERIOD_S * 1000));
          continue;
        }
        targets.set(arm, target);
        await permit.servo({
          arm,
          jointsRad: answer.jointsRad,
          speedScale: permit.claims.speedScale,
          toolSpeedMPerS: JOG_LIMITS.linearMPerS,
          periodS: PERIOD_S,
          leaseS: HAND_S,
        });
      } catch {
        // The gate has said why, in the record; it has brought the arm to rest, or latched a stop.
        return;
      }
    }
  }
}

/** Force of a hand that is closed by its operator, newtons: that of a grasp by a program. */
const GRIP_N = 20;

function moved({ position, quatWxyz }: Pose, linear: Vec3, angular: Vec3): Pose {
  const turn = Math.hypot(...angular);
  const angleRad = turn * JOG_LIMITS.angularRadPerS * PERIOD_S;
  return {
    position: add(position, scale(linear, JOG_LIMITS.linearMPerS * PERIOD_S)),
    quatWxyz: turn === 0 ? quatWxyz : quatMultiply(quatFromAxisAngle(scale(angular, 1 / turn), angleRad), quatWxyz),
  };
}
