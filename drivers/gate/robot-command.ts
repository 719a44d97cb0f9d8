// Owns the four kinds of command a permit can send: how each is checked, sent and reported. Must never decide whether
// anything may move now: the permit does, between the check and the sending.

import type { JointLimits } from '../../sim/robots/panda/limits.ts';
import type { Robot, RobotState } from '../robot.ts';
import {
  type ArmState,
  type GripperCommand,
  type GripperResult,
  type MotionResult,
  type Plan,
  RobotError,
  type ServoCommand,
  type ServoReport,
} from '../robot.ts';
import type { ClosedLoopBook } from './closed-loop.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import type { CommandFacts, CommandOutcome } from './events.ts';
import { checkGripper } from './gripper-check.ts';
import { checkPlan } from './plan-check.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';
import { checkServo, judgeServo } from './servo-check.ts';
import { toolForce } from './tool-motion.ts';

/** What is known of a command that was checked. */
export interface CommandCheck {
  readonly facts: CommandFacts;
  /** Robot time that it will take as far as the gate can know, seconds. */
  readonly plannedS: number;
  readonly softExcesses: readonly SoftExcess[];
  /** False for a command that goes on with one that was counted: a closed loop counts as one call. */
  readonly isNewCall: boolean;
}

export interface RobotCommand<Answer> {
  readonly kind: CommandFacts['kind'];
  /** Pure. @throws GateRefusal for anything that no approval can lift */
  check(state: RobotState): CommandCheck;
  /** Hands the command to the robot before it returns. @param nowS robot time of the state that was checked */
  send(nowS: number): Promise<Answer>;
  outcome(answer: Answer): CommandOutcome;
  /** @throws RobotError when the answer says that the robot ended the command by itself */
  assertSound(answer: Answer): void;
  /** A bound that the answer shows to be passed: the arm has to come to rest, and the caller gets this. */
  judge?(answer: Answer): GateRefusal | null;
}

export interface CommandRules {
  readonly robot: Robot;
  readonly envelope: Envelope;
  readonly jointLimits: JointLimits;
  readonly speedScale: number;
  readonly closedLoop: ClosedLoopBook;
}

export function motionCommand(plan: Plan, rules: CommandRules): RobotCommand<MotionResult> {
  return {
    kind: 'motion',
    check(state) {
      const measuredRad = state.arms.map((arm) => arm.jointPositionsRad);
      const { figures, softExcesses } = checkPlan(plan, measuredRad, rules);
      return {
        facts: { kind: 'motion', planId: plan.id, figures },
        plannedS: figures.durationS,
        softExcesses,
        isNewCall: true,
      };
    },
    send: () => rules.robot.execute(plan),
    outcome: (result) => ({ kind: 'motion', result }),
    assertSound({ reason }) {
      if (reason === 'stopped') {
        throw new RobotError('STOPPED', 'The robot stopped by itself.', 'Look at the robot for the reason.');
      }
      if (reason === 'fault') {
        throw new RobotError('FAULT', 'The robot reported a fault.', 'Look at the robot for the reason.');
      }
    },
  };
}

export function servoCommand(command: ServoCommand, rules: CommandRules): RobotCommand<ServoReport> {
  const { arm, speedScale, toolSpeedMPerS, periodS, leaseS } = command;
  const copy: ServoCommand = { arm, jointsRad: [...command.jointsRad], speedScale, toolSpeedMPerS, periodS, leaseS };
  const { closedLoop } = rules;
  const forceOf = (state: ArmState | undefined) => (state === undefined ? null : toolForce(state));
  return {
    kind: 'servo',
    check({ arms, timeS }) {
      const grant = closedLoop.assertGranted();
      const measured = arms[rules.envelope.arms.findIndex((placement) => placement.arm === arm)];
      const softExcesses = checkServo(copy, measured, grant, rules);
      closedLoop.assertTime(arm, timeS, leaseS);
      return {
        facts: { kind: 'servo', command: copy, feltForceN: forceOf(measured) },
        plannedS: periodS,
        softExcesses,
        isNewCall: !closedLoop.mayMove(arm, timeS),
      };
    },
    send(nowS) {
      closedLoop.begin(arm, nowS, leaseS);
      return rules.robot.servo(copy);
    },
    outcome: (report) => ({ kind: 'servo', report, feltForceN: forceOf(report.state) }),
    assertSound({ reason }) {
      if (reason === 'stopped') {
        throw new RobotError('STOPPED', 'The robot stopped by itself.', 'Look at the robot for the reason.');
      }
    },
    judge(report) {
      const grant = closedLoop.assertGranted();
      const refusal = judgeServo(copy, report, grant);
      if (refusal?.code === 'CLOSED_LOOP_FORCE' && grant.stopCondition === 'contact') {
        closedLoop.end('it touched something, which was its stop condition');
      }
      if (report.reason === 'object-lost' && grant.stopCondition === 'object-lost') {
        closedLoop.end('the hand lost what it held, which was its stop condition');
      }
      return refusal;
    },
  };
}

/** Brings the arms to rest where a lease moves them. The one thing that a gate may always ask for, beside a stop. */
export function comeToRest({ robot }: Pick<CommandRules, 'robot'>): Promise<void> {
  return robot.rest();
}

export function gripperCommand(command: GripperCommand, rules: CommandRules): RobotCommand<GripperResult> {
  const copy: GripperCommand = { arm: command.arm, widthM: command.widthM, forceN: command.forceN };
  return {
    kind: 'gripper',
    check: () => ({
      facts: { kind: 'gripper', command: copy },
      plannedS: 0,
      softExcesses: checkGripper(copy, rules.envelope),
      isNewCall: true,
    }),
    send: () => rules.robot.moveGripper(copy),
    outcome: (result) => ({ kind: 'gripper', result }),
    assertSound: () => {},
  };
}

export function waitCommand(seconds: number, rules: CommandRules): RobotCommand<void> {
  return {
    kind: 'wait',
    check() {
      if (!(seconds >= 0 && Number.isFinite(seconds))) {
        throw new GateRefusal(
          'BAD_COMMAND',
          `The robot cannot wait for ${inWords(seconds)} s. ${NOTHING_SENT}`,
          'Ask for a number of seconds, 0 or more.',
        );
      }
      return { facts: { kind: 'wait', seconds }, plannedS: seconds, softExcesses: [], isNewCall: true };
    },
    send: () => rules.robot.advance(seconds),
    outcome: () => ({ kind: 'wait' }),
    assertSound: () => {},
  };
}

/** Errors with which a robot says that it did not begin to move. */
const REFUSED_AT_REST: ReadonlySet<string> = new Set([
  'BUSY',
  'INVALID_PLAN',
  'UNKNOWN_PLAN',
  'START_MISMATCH',
  'LIMIT',
]);

/**
 * What an error of a robot says about it. 'at-rest': it refused and did not begin to move. 'robot': it failed, and where
 * it is now is not known. 'process': the error is not the robot's; something on our side broke.
 * Told by name and code, not by class, so that it holds across bundles and processes.
 */
export function readRobotError(error: unknown): {
  kind: 'at-rest' | 'robot' | 'process';
  code: string;
  message: string;
} {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error && error.name === 'RobotError' && 'code' in error)) {
    return { kind: 'process', code: 'UNKNOWN', message };
  }
  const code = String(error.code);
  return { kind: REFUSED_AT_REST.has(code) ? 'at-rest' : 'robot', code, message };
}
