// Owns the three kinds of command a permit can send: how each is checked, sent and reported. Must never decide whether
// anything may move now: the permit does, between the check and the sending.

import type { JointLimits } from '../../sim/robots/panda/limits.ts';
import type { Robot, RobotState } from '../robot.ts';
import { type GripperCommand, type GripperResult, type MotionResult, type Plan, RobotError } from '../robot.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import type { CommandFacts, CommandOutcome } from './events.ts';
import { checkGripper } from './gripper-check.ts';
import { checkPlan } from './plan-check.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';

/** What is known of a command that was checked. */
export interface CommandCheck {
  readonly facts: CommandFacts;
  /** Robot time that it will take as far as the gate can know, seconds. */
  readonly plannedS: number;
  readonly softExcesses: readonly SoftExcess[];
}

export interface RobotCommand<Answer> {
  readonly kind: CommandFacts['kind'];
  /** Pure. @throws GateRefusal for anything that no approval can lift */
  check(state: RobotState): CommandCheck;
  /** Hands the command to the robot before it returns. */
  send(): Promise<Answer>;
  outcome(answer: Answer): CommandOutcome;
  /** @throws RobotError when the answer says that the robot ended the command by itself */
  assertSound(answer: Answer): void;
}

export interface CommandRules {
  readonly robot: Robot;
  readonly envelope: Envelope;
  readonly jointLimits: JointLimits;
  readonly speedScale: number;
}

export function motionCommand(plan: Plan, rules: CommandRules): RobotCommand<MotionResult> {
  return {
    kind: 'motion',
    check(state) {
      const measuredRad = state.arms.map((arm) => arm.jointPositionsRad);
      const { figures, softExcesses } = checkPlan(plan, measuredRad, rules);
      return { facts: { kind: 'motion', planId: plan.id, figures }, plannedS: figures.durationS, softExcesses };
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

export function gripperCommand(command: GripperCommand, rules: CommandRules): RobotCommand<GripperResult> {
  const copy: GripperCommand = { arm: command.arm, widthM: command.widthM, forceN: command.forceN };
  return {
    kind: 'gripper',
    check: () => ({
      facts: { kind: 'gripper', command: copy },
      plannedS: 0,
      softExcesses: checkGripper(copy, rules.envelope),
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
      return { facts: { kind: 'wait', seconds }, plannedS: seconds, softExcesses: [] };
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
