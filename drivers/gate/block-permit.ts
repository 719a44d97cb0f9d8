// Owns the permit of one running block: the only code of the product that sends motion to a robot. Every command takes
// the same way: may anything move now, measure, check, send. Must never wait, nor call code of others, between the check
// of a command and the robot.

import type { JointLimits } from '../../sim/robots/panda/limits.ts';
import type {
  GripperCommand,
  GripperResult,
  MotionResult,
  Plan,
  Robot,
  RobotState,
  ServoCommand,
  ServoReport,
} from '../robot.ts';
import type { ApprovalClaims, Offer } from './approval.ts';
import { createClosedLoopBook } from './closed-loop.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import type { BlockUsage, CommandFacts, GateHappening } from './events.ts';
import { assertGranted, createLimitLedger } from './limit-ledger.ts';
import { GateRefusal, NOTHING_SENT } from './refusal.ts';
import {
  type CommandCheck,
  comeToRest,
  gripperCommand,
  motionCommand,
  type RobotCommand,
  readRobotError,
  servoCommand,
  waitCommand,
} from './robot-command.ts';
import type { StopCause } from './stop-latch.ts';
import { createWaitingRoom } from './waiting-room.ts';

/** Leave to move for one approved block, until it ends or the epoch of the gate changes. */
export interface BlockPermit {
  readonly offerId: string;
  /** What was approved; `claims.source` is the program to run, byte for byte. */
  readonly claims: ApprovalClaims;
  readonly usage: BlockUsage;
  /**
   * Checks a plan against the envelope and runs it. Resolves to the robot's own result, also when the target was not
   * reached or a held object was lost.
   * @param signal aborted before the plan is sent: nothing is sent. Aborted later: a stop like any other, latched.
   * @throws GateRefusal when it may not run or was stopped; RobotError when the robot refused it without moving
   */
  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult>;
  /**
   * Checks one command of a closed loop against the envelope and the bounded permit, and sends it. A loop counts as one
   * call from its first command to the end of its last lease. Whatever ends it otherwise, a refusal included, first
   * brings the arm to rest. Signal and errors as in `execute`.
   */
  servo(command: ServoCommand, signal?: AbortSignal): Promise<ServoReport>;
  /** Ends every lease and brings the arms to rest, so that a motion can be planned from where they are. */
  rest(signal?: AbortSignal): Promise<void>;
  /** Checks and sends a gripper command. Signal and errors as in `execute`. */
  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult>;
  /** Lets robot time pass, seconds; what a lease moves goes on until the lease runs out. Signal and errors as in `execute`. */
  advance(seconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Ends the block: nothing is sent afterwards, and calls that wait to be sent are refused. Ending it while a command is
   * under way is a stop, latched. Arms that a lease still moves are brought to rest.
   * @returns when they are at rest
   */
  end(): Promise<void>;
}

/** What the operator is asked to let happen in step mode. */
export interface StepRequest {
  readonly commandId: string;
  readonly command: CommandFacts;
}

/** Resolves when the operator lets the step happen, rejects when not. The signal fires when nobody waits any more. */
export type AwaitStep = (request: StepRequest, signal: AbortSignal) => Promise<void>;

/** What a block needs of its gate. */
export interface BlockHost {
  readonly robot: Robot;
  readonly envelope: Envelope;
  readonly jointLimits: JointLimits;
  readonly softLimits: 'refuse' | 'collect';
  readonly awaitStep: AwaitStep;
  /** Throws unless, at this instant, a permit of this epoch may move the robot. */
  assertMayMove(epoch: number): void;
  isCurrent(epoch: number): boolean;
  stop(cause: StopCause): Promise<unknown>;
  emit(happening: GateHappening): void;
  collect(commandId: string, excesses: readonly SoftExcess[]): void;
}

export interface Block {
  readonly permit: BlockPermit;
  hasEnded(): boolean;
  /** Rejects every call that waits inside the permit, at once. */
  interrupt(refusal: GateRefusal): void;
  /** Resolves when no arm moves under a lease of this block any more. */
  settled(): Promise<void>;
}

export function createBlock(host: BlockHost, offer: Offer): Block {
  const { robot, envelope, jointLimits } = host;
  const { claims } = offer;
  const closedLoop = createClosedLoopBook(claims.closedLoop);
  const rules = { robot, envelope, jointLimits, speedScale: claims.speedScale, closedLoop };
  const waitingRoom = createWaitingRoom();
  let ended = false;
  let commandCount = 0;
  let calls = 0;
  let spentS = 0;
  let reservedS = 0;
  let underWay = 0;
  /** Somebody has the arms from the moment a command is given until it has ended. */
  let armIsBusy = false;
  /** A lease was given since the arms were last brought to rest. */
  let mayHaveLease = false;
  let resting: Promise<void> | undefined;
  /** Robot time at the end of the last command, seconds. */
  let lastSeenS = 0;

  function assertOpen(signal: AbortSignal | undefined): void {
    host.assertMayMove(claims.epoch);
    if (ended) throw blockEnded();
    if (signal?.aborted) throw givenUp();
  }

  /** Everything there is to check about one command. Pure: the same look is taken again before it is sent. */
  function check(command: RobotCommand<unknown>, state: RobotState): CommandCheck {
    const found = command.check(state);
    const caps = createLimitLedger();
    const where = () => 'This block would go on too long';
    const robotTimeS = spentS + reservedS + found.plannedS;
    if (found.isNewCall) {
      caps.judge({ limit: 'maxCalls', value: calls + 1, bounds: envelope.maxCalls, unit: 'commands', where });
    }
    caps.judge({ limit: 'maxRobotTimeS', value: robotTimeS, bounds: envelope.maxRobotTimeS, unit: 's', where });
    const softExcesses = [...found.softExcesses, ...caps.softExcesses()];
    if (host.softLimits === 'refuse') assertGranted(softExcesses, claims.grants);
    return { ...found, softExcesses };
  }

  async function run<Answer>(command: RobotCommand<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    commandCount += 1;
    const commandId = `${offer.id}/${commandCount}`;
    let holdsArm = false;
    try {
      assertOpen(signal);
      if (command.kind !== 'gripper') {
        // Decided in the very turn in which the command is given: who comes second never depends on how long something
        // takes.
        takeArm();
        holdsArm = true;
      }
      if (command.kind === 'motion') await beforeSending(endLeases(), signal);
      let before = await beforeSending(robot.state(), signal);
      if (claims.stepMode === 'each-motion' && command.kind !== 'wait') {
        // Only what would run is shown to the operator, and everything is checked again after the answer.
        const { facts, isNewCall } = check(command, before);
        if (isNewCall) {
          host.emit({ kind: 'command-checked', commandId, command: facts });
          await operatorsStep({ commandId, command: facts }, signal);
          before = await beforeSending(robot.state(), signal);
        }
      }
      // From here to the robot there is no await and no code of others: what is checked is what is sent, and a stop that
      // came while this command waited has closed the way.
      const checked = check(command, before);
      const { facts, softExcesses } = checked;
      assertOpen(signal);
      const answer = send(command, checked, before.timeS);
      holdsArm = false;
      const finished = keepBooks(command, commandId, answer, before.timeS, checked.plannedS);
      const answered = onceSent(finished, signal);
      host.emit({ kind: 'command-sent', commandId, command: facts, softExcesses });
      if (host.softLimits === 'collect') host.collect(commandId, softExcesses);
      const value = await answered;
      command.assertSound(value);
      const passed = command.judge?.(value) ?? null;
      if (passed !== null) throw passed;
      return value;
    } catch (error) {
      const reason = answerTo(error, `${command.kind} ${commandId}`);
      if (holdsArm) armIsBusy = false;
      if (command.kind === 'servo' && !armIsBusy) await brakeAfterRefusal();
      throw reason;
    }
  }

  /** A closed loop that was refused has nobody to steer it: it ends at rest before its caller hears of it. */
  async function brakeAfterRefusal(): Promise<void> {
    armIsBusy = true;
    await endLeases();
    armIsBusy = false;
  }

  /** @throws GateRefusal BUSY */
  function takeArm(): void {
    if (armIsBusy) {
      const message = 'An earlier command of this block is under way. This one was not sent.';
      throw new GateRefusal('BUSY', message, 'Await each command before the next.');
    }
    armIsBusy = true;
  }

  function send<Answer>(command: RobotCommand<Answer>, { isNewCall }: CommandCheck, nowS: number): Promise<Answer> {
    if (isNewCall) calls += 1;
    underWay += 1;
    if (command.kind === 'servo') mayHaveLease = true;
    try {
      return command.send(nowS);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Brings the arms to rest where a lease may move them. Never rejects: a robot that does not obey is stopped. */
  function endLeases(): Promise<void> {
    if (!mayHaveLease || !host.isCurrent(claims.epoch)) return resting ?? Promise.resolve();
    mayHaveLease = false;
    const braking = async () => {
      try {
        await comeToRest(rules);
        const { timeS } = await robot.state();
        closedLoop.endAll(timeS);
        spentS += Math.max(0, timeS - lastSeenS);
      } catch (error) {
        const { kind, message } = readRobotError(error);
        // A robot that is busy gripping lets the lease run out by itself, within two seconds.
        if (kind === 'at-rest') mayHaveLease = true;
        else if (host.isCurrent(claims.epoch)) void host.stop({ source: kind, detail: message });
      } finally {
        resting = undefined;
      }
    };
    resting = braking();
    return resting;
  }

  /** Follows a command that was sent to its end, whatever has happened to its caller by then. */
  async function keepBooks<Answer>(
    command: RobotCommand<Answer>,
    commandId: string,
    answer: Promise<Answer>,
    startS: number,
    plannedS: number,
  ): Promise<Answer> {
    reservedS += plannedS;
    let tookS = plannedS;
    try {
      const value = await answer.catch((error: unknown) => {
        const { code, message } = readRobotError(error);
        host.emit({ kind: 'command-finished', commandId, outcome: { kind: 'error', code, message } });
        throw error;
      });
      host.emit({ kind: 'command-finished', commandId, outcome: command.outcome(value) });
      const { timeS } = await robot.state();
      tookS = Math.max(plannedS, timeS - startS);
      lastSeenS = timeS;
      return value;
    } finally {
      reservedS -= plannedS;
      spentS += tookS;
      underWay -= 1;
      if (command.kind !== 'gripper') armIsBusy = false;
    }
  }

  /** The error the caller gets. One that leaves the state of the arm unknown latches a stop first. */
  function answerTo(error: unknown, what: string): unknown {
    if (error instanceof GateRefusal) {
      const { code, message, hint, stage, severity } = error;
      host.emit({ kind: 'refused', what, refusal: { code, message, hint, stage, severity } });
      return error;
    }
    const { kind, message } = readRobotError(error);
    if (kind === 'at-rest') return error;
    void host.stop({ source: kind, detail: message });
    return new GateRefusal(
      'STOP_LATCHED',
      `${message} The arm was told to stop; its rest is not confirmed yet.`,
      'Look at the cell and at the robot, then reset the stop. Nothing resumes by itself.',
      { cause: error },
    );
  }

  /** Waits for something that moves nothing; giving up ends the wait and no more. */
  function beforeSending<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    return waitingRoom.wait(promise, signal, (reject) => reject(givenUp()));
  }

  /** Waits for a command that was sent. Who gives up now would leave an arm moving, so that is a stop. */
  function onceSent<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    const detail = 'the program gave up a command that was under way';
    return waitingRoom.wait(promise, signal, () => {
      // After a stop the arm is braking already; giving up then is no second one.
      if (host.isCurrent(claims.epoch)) void host.stop({ source: 'session', detail });
    });
  }

  async function operatorsStep(request: StepRequest, signal: AbortSignal | undefined): Promise<void> {
    const withdrawal = new AbortController();
    const step = async () => {
      try {
        await host.awaitStep(request, withdrawal.signal);
      } catch (cause) {
        const message = `The operator did not let this step happen. ${NOTHING_SENT}`;
        throw new GateRefusal('INTERRUPTED', message, 'Ask the operator what to change.', { cause });
      }
    };
    try {
      await beforeSending(step(), signal);
    } finally {
      withdrawal.abort();
    }
  }

  async function rest(signal?: AbortSignal): Promise<void> {
    let holdsArm = false;
    try {
      assertOpen(signal);
      takeArm();
      holdsArm = true;
      await beforeSending(endLeases(), signal);
    } catch (error) {
      throw answerTo(error, 'rest');
    } finally {
      if (holdsArm) armIsBusy = false;
    }
  }

  const permit: BlockPermit = {
    offerId: offer.id,
    claims,
    get usage() {
      return { calls, robotTimeS: spentS + reservedS };
    },
    execute: (plan, signal) => run(motionCommand(plan, rules), signal),
    servo: (command, signal) => run(servoCommand(command, rules), signal),
    rest,
    moveGripper: (command, signal) => run(gripperCommand(command, rules), signal),
    advance: (seconds, signal) => run(waitCommand(seconds, rules), signal),
    end() {
      if (ended) return resting ?? Promise.resolve();
      ended = true;
      if (underWay > 0 && host.isCurrent(claims.epoch)) {
        void host.stop({ source: 'session', detail: 'the block ended while a command was under way' });
      }
      const atRest = endLeases();
      waitingRoom.interrupt(blockEnded());
      host.emit({ kind: 'ended', offerId: offer.id, usage: permit.usage });
      return atRest;
    },
  };
  return {
    permit,
    hasEnded: () => ended,
    interrupt: waitingRoom.interrupt,
    settled: () => resting ?? Promise.resolve(),
  };
}

function blockEnded(): GateRefusal {
  return new GateRefusal('BLOCK_ENDED', `This block has ended. ${NOTHING_SENT}`, 'Offer and approve a new block.');
}

function givenUp(): GateRefusal {
  return new GateRefusal('INTERRUPTED', `The caller gave up. ${NOTHING_SENT}`, 'Ask again if it is still wanted.');
}
