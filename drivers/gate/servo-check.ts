// Owns the check of a servo command against the envelope and the bounded permit, before it is sent and after its period.
// Must never assume that the arm will take one certain way: it looks at where the arm is, where it would come to rest,
// where it is to go, and at what lies between.

import { JOINT_COUNT, type JointLimits } from '../../sim/robots/panda/limits.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import { type ArmState, SERVO_LIMITS_S, type ServoCommand, type ServoReport } from '../robot.ts';
import { createBodyLocator, TOOL_POINT } from './body-points.ts';
import type { ClosedLoopGrant } from './closed-loop.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import type { JointRules } from './joint-check.ts';
import { createLimitLedger } from './limit-ledger.ts';
import { GateRefusal, inWords, NOTHING_SENT, type RefusalCode } from './refusal.ts';
import { checkPosture } from './room-check.ts';
import { toolForce, toolSpeed } from './tool-motion.ts';

/** Postures that are looked at lie no further apart than this in any joint, radians: 26 mm at the tool of a long arm. */
const STEP_RAD = 0.02;
/** A joint that brakes is taken to use half of its published acceleration, as the arm's own law does. */
const BRAKING_SHARE = 0.5;
/** A braking law that begins and ends gently takes this much longer than a constant deceleration. */
const GENTLE = 1.5;
/** What is measured may lie outside the volume by this much, metres: the arm follows its commands that closely. */
const VOLUME_SLACK_M = 0.005;
/** What is measured may be faster than granted by this share, and by this much, m/s: it swings about its command. */
const SPEED_SLACK = { share: 0.1, mPerS: 0.02 } as const;

/**
 * Checks one servo command. A value exactly at a limit passes.
 * @param measured the arm as measured now
 * @returns the soft limits that it passes
 * @throws GateRefusal BAD_COMMAND, the codes of the envelope's hard limits, CLOSED_LOOP_SPEED or CLOSED_LOOP_VOLUME
 */
export function checkServo(
  command: ServoCommand,
  measured: ArmState | undefined,
  grant: ClosedLoopGrant,
  { envelope, jointLimits, speedScale }: JointRules,
): readonly SoftExcess[] {
  const { arm, jointsRad } = command;
  const index = envelope.arms.findIndex((placement) => placement.arm === arm);
  if (index < 0 || measured === undefined) throw bad(`this robot has no ${arm} arm`);
  assertShape(command);
  const ledger = createLimitLedger();
  const where = () => `Closed-loop target of the ${arm} arm`;
  const { jointSpeedShare, jointAccelerationShare, jointJerkShare, toolSpeedMPerS, jointMarginRad } = envelope;
  const fastest = { ...jointSpeedShare, hard: Math.min(jointSpeedShare.hard, speedScale) };
  const share = command.speedScale;
  const judgeShare = (
    limit: 'jointSpeedShare' | 'jointAccelerationShare' | 'jointJerkShare',
    bounds = envelope[limit],
  ) => ledger.judge({ limit, value: share, bounds, unit: 'of what is published', where });
  judgeShare('jointSpeedShare', { hard: fastest.hard, soft: Math.min(fastest.soft ?? fastest.hard, fastest.hard) });
  judgeShare('jointAccelerationShare', jointAccelerationShare);
  judgeShare('jointJerkShare', jointJerkShare);
  const toolSpeedBound = { limit: 'toolSpeedMPerS', bounds: toolSpeedMPerS, unit: 'm/s at the tool', where } as const;
  ledger.judge({ ...toolSpeedBound, value: command.toolSpeedMPerS });
  if (!(command.toolSpeedMPerS <= grant.toolSpeedMPerS)) {
    throw beyond(
      'CLOSED_LOOP_SPEED',
      `${where()}: ${inWords(command.toolSpeedMPerS)} m/s at the tool; granted are ${inWords(grant.toolSpeedMPerS)} m/s`,
    );
  }
  for (let j = 0; j < JOINT_COUNT; j++) {
    const value = Math.min(jointsRad[j] - jointLimits.minRad[j], jointLimits.maxRad[j] - jointsRad[j]);
    const place = () => `Joint ${j + 1} of the ${arm} arm at its closed-loop target`;
    ledger.judge({
      limit: 'jointMarginRad',
      value,
      bounds: jointMarginRad,
      unit: 'rad from the end of its range',
      where: place,
    });
  }
  checkWays(command, measured, index, grant, envelope, jointLimits);
  return ledger.softExcesses();
}

function assertShape({ jointsRad, speedScale, toolSpeedMPerS, periodS, leaseS }: ServoCommand): void {
  if (jointsRad.length !== JOINT_COUNT || !jointsRad.every(Number.isFinite)) throw bad('it has no seven joint angles');
  if (!(speedScale > 0 && speedScale <= 1)) throw bad(`its speed scale is ${inWords(speedScale)}, not in (0, 1]`);
  if (!(toolSpeedMPerS > 0)) throw bad(`${inWords(toolSpeedMPerS)} m/s is no speed`);
  const { leastPeriod, mostPeriod, mostLease } = SERVO_LIMITS_S;
  if (!(periodS >= leastPeriod && periodS <= mostPeriod)) {
    throw bad(`its period is ${inWords(periodS)} s, not in ${leastPeriod} to ${mostPeriod} s`);
  }
  if (!(leaseS >= periodS && leaseS <= mostLease)) {
    throw bad(`its lease is ${inWords(leaseS)} s, not in ${inWords(periodS)} to ${mostLease} s`);
  }
}

/** The straight joint ways between the measured posture, the one in which braking would end, and the target. */
function checkWays(
  { arm, jointsRad }: ServoCommand,
  { jointPositionsRad, jointVelocitiesRadPerS }: ArmState,
  index: number,
  grant: ClosedLoopGrant,
  envelope: Envelope,
  limits: JointLimits,
): void {
  const body = createBodyLocator(envelope.arms[index].arm0FromBase);
  const row = new Float64Array(JOINT_COUNT);
  const look = (from: readonly number[], to: readonly number[], name: string, slackM: number) => {
    let way = 0;
    for (let j = 0; j < JOINT_COUNT; j++) way = Math.max(way, Math.abs(to[j] - from[j]));
    const steps = Math.ceil(way / STEP_RAD);
    for (let k = 0; k <= steps; k++) {
      const u = steps === 0 ? 1 : k / steps;
      for (let j = 0; j < JOINT_COUNT; j++) row[j] = from[j] + u * (to[j] - from[j]);
      body.locate(row, 0);
      checkPosture(body, arm, envelope, () => name);
      assertInVolume(arm, toolOf(body.centres), grant, slackM, `${name} `, NOTHING_SENT);
    }
  };
  const restRad = braked(jointPositionsRad, jointVelocitiesRadPerS, limits);
  look(jointsRad, jointsRad, 'at its closed-loop target', 0);
  look(jointPositionsRad, restRad, 'where it would come to rest now', VOLUME_SLACK_M);
  look(jointPositionsRad, jointsRad, 'on the way to its closed-loop target', VOLUME_SLACK_M);
  look(restRad, jointsRad, 'on the way to its closed-loop target', VOLUME_SLACK_M);
}

/** Where the joints come to rest when they brake together from these speeds, radians. */
function braked(rad: readonly number[], radPerS: readonly number[], limits: JointLimits): number[] {
  let durationS = 0;
  for (let j = 0; j < JOINT_COUNT; j++) {
    const deceleration = BRAKING_SHARE * limits.accelerationRadPerS2[j];
    durationS = Math.max(durationS, (GENTLE * Math.abs(radPerS[j])) / deceleration);
  }
  return rad.map((value, j) => value + (radPerS[j] * durationS) / 2);
}

/**
 * Judges what was measured at the end of a period.
 * @returns the refusal that ends the motion, or null
 */
export function judgeServo({ arm }: ServoCommand, { state }: ServoReport, grant: ClosedLoopGrant): GateRefusal | null {
  const force = toolForce(state);
  if (force !== null && !(force <= grant.forceN)) {
    return beyond(
      'CLOSED_LOOP_FORCE',
      `The ${arm} arm felt ${inWords(force)} N; granted are ${inWords(grant.forceN)} N`,
      BRAKED,
    );
  }
  const speed = toolSpeed(state);
  if (!(speed <= grant.toolSpeedMPerS * (1 + SPEED_SLACK.share) + SPEED_SLACK.mPerS)) {
    const granted = inWords(grant.toolSpeedMPerS);
    return beyond(
      'CLOSED_LOOP_SPEED',
      `The tool of the ${arm} arm moved at ${inWords(speed)} m/s; granted are ${granted} m/s`,
      BRAKED,
    );
  }
  try {
    assertInVolume(arm, state.tool.position, grant, 2 * VOLUME_SLACK_M, '', BRAKED);
    return null;
  } catch (error) {
    if (error instanceof GateRefusal) return error;
    throw error;
  }
}

const BRAKED = 'The arm was brought to rest.';

function toolOf(centres: Float64Array): Vec3 {
  return [centres[TOOL_POINT * 3], centres[TOOL_POINT * 3 + 1], centres[TOOL_POINT * 3 + 2]];
}

function assertInVolume(
  arm: string,
  tool: Vec3,
  { volume: { min, max } }: ClosedLoopGrant,
  slackM: number,
  when: string,
  what: string,
): void {
  if (tool.every((value, axis) => value >= min[axis] - slackM && value <= max[axis] + slackM)) return;
  const box = `${min.map(inWords).join(', ')} to ${max.map(inWords).join(', ')}`;
  throw beyond(
    'CLOSED_LOOP_VOLUME',
    `The tool point of the ${arm} arm ${when}is at ${tool.map(inWords).join(', ')}, outside the volume of its permit (${box})`,
    what,
  );
}

const REMEDIES = {
  CLOSED_LOOP_SPEED: 'Ask for a smaller toolSpeedMPerS.',
  CLOSED_LOOP_FORCE: 'Back off with a planned motion, then press more gently.',
  CLOSED_LOOP_VOLUME: 'Choose targets inside the volume; get into it with a planned motion.',
} as const satisfies Partial<Record<RefusalCode, string>>;

function beyond(code: keyof typeof REMEDIES, message: string, what: string = NOTHING_SENT): GateRefusal {
  return new GateRefusal(
    code,
    `${message}. ${what}`,
    `${REMEDIES[code]} Or ask the operator for a wider permit of closed-loop motion.`,
  );
}

function bad(what: string): GateRefusal {
  return new GateRefusal('BAD_COMMAND', `This cannot be a target: ${what}. ${NOTHING_SENT}`, 'Correct the command.');
}
