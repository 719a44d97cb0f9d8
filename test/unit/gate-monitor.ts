// Owns the rules that no run of a gate may break, and the book-keeping to see a breach: it notes what was done to the gate
// and what reached the robot, and knows nothing of what goes on inside. Must never call the gate.

import type { FakeCommand, FakeRobot } from '../../drivers/fake/fake-robot.ts';
import type { ApprovalClaims } from '../../drivers/gate/approval.ts';
import type { BeatRule, BeatSource } from '../../drivers/gate/beats.ts';
import type { LimitName } from '../../drivers/gate/envelope.ts';
import type { Plan, ServoCommand } from '../../drivers/robot.ts';
import { opinionOn, opinionOnTarget } from './gate-oracle.ts';
import { SCENARIO_ENVELOPE } from './gate-scenario-plans.ts';

/** An offer as the scenario knows it. Times are counts of happenings, not seconds. */
export interface KnownOffer {
  readonly id: string;
  readonly digest: string;
  readonly claims: ApprovalClaims;
  approvedAt: number | undefined;
  begun: boolean;
}

/** A block that was let begin. */
export interface KnownBlock {
  readonly offer: KnownOffer;
  readonly begunAt: number;
  ended: boolean;
  sent: number;
  plannedS: number;
  stepsGranted: number;
  stepsUsed: number;
  /** Robot time under leases that are over, and the one that is not, seconds. */
  loopS: number;
  lease: { readonly fromS: number; readonly untilS: number } | undefined;
}

/** Commands that can begin a motion or let time pass; to rest, to stop and to clear a stop are none. */
export type MotionCommand = Exclude<FakeCommand, { kind: 'stop' } | { kind: 'clear-stop' } | { kind: 'rest' }>;

export class GateMonitor {
  readonly violations: string[] = [];
  readonly #rules: readonly BeatRule[];
  readonly #softLimits: 'refuse' | 'collect';
  readonly #nowS: () => number;
  readonly #lastBeatS = new Map<BeatSource, number>();
  readonly #openStops = new Set<string>();
  #isRaised = false;
  #happenings = 0;
  #voidedAt = 0;
  #stopsTold = 0;
  motionsReceived = 0;

  constructor(rules: readonly BeatRule[], softLimits: 'refuse' | 'collect', nowS: () => number) {
    this.#rules = rules;
    this.#softLimits = softLimits;
    this.#nowS = nowS;
  }

  /** The count of happenings so far: everything noted later is later. */
  next(): number {
    this.#happenings += 1;
    return this.#happenings;
  }

  breach(what: string): void {
    this.violations.push(what);
  }

  /** From here on nothing may move: somebody stopped the gate, or it stopped itself. */
  noteStopAsked(): void {
    this.#voidedAt = this.next();
  }

  /** Somebody outside of the gate's thread has stopped it; the message is on its way. */
  noteRaised(): void {
    this.#isRaised = true;
    this.noteStopAsked();
  }

  /** The message has come. */
  noteLowered(): void {
    this.#isRaised = false;
  }

  noteStopNamed(id: string): void {
    this.#openStops.add(id);
  }

  noteReset(id: string): void {
    this.next();
    if (!this.#openStops.delete(id)) this.breach(`a reset named ${id}, which was not latched, and was accepted`);
  }

  noteEpochBump(): void {
    this.#voidedAt = this.next();
  }

  noteBeat(source: BeatSource): void {
    this.#lastBeatS.set(source, this.#nowS());
  }

  /** @param before what `next` gave, and whether a stop was latched, just before the approval was asked for */
  noteApproved(offer: KnownOffer, before: { readonly count: number; readonly latched: boolean }): void {
    if (before.latched) this.breach(`${offer.id} was approved while a stop was latched`);
    offer.approvedAt = before.count;
  }

  /** To be called at the moment the gate says that a block has begun. */
  noteBegun(offer: KnownOffer): KnownBlock {
    const name = offer.id;
    if (offer.begun) this.breach(`the approval of ${name} began a second block`);
    if (offer.approvedAt === undefined) this.breach(`${name} began without an approval`);
    else if (offer.approvedAt < this.#voidedAt) this.breach(`${name} began with an approval older than the last stop`);
    if (this.isLatched()) this.breach(`${name} began while a stop was latched`);
    const late = this.lateBeat('start');
    if (late !== undefined) this.breach(`${name} began without a beat of the ${late}`);
    offer.begun = true;
    return {
      offer,
      begunAt: this.next(),
      ended: false,
      sent: 0,
      plannedS: 0,
      stepsGranted: 0,
      stepsUsed: 0,
      loopS: 0,
      lease: undefined,
    };
  }

  /** A required source that is silent, as far as the scenario knows. */
  lateBeat(phase: 'start' | 'run'): BeatSource | undefined {
    const late = this.#rules.find(({ source, toStartS, toRunS }) => {
      const limitS = phase === 'start' ? toStartS : toRunS;
      return limitS !== 'any' && !(this.#nowS() - (this.#lastBeatS.get(source) ?? -Infinity) <= limitS);
    });
    return late?.source;
  }

  /** True when nothing that the scenario did forbids this block to move. */
  mayMove(block: KnownBlock): boolean {
    return !block.ended && !this.isLatched() && block.begunAt > this.#voidedAt && this.lateBeat('run') === undefined;
  }

  /** A stop stands, or is on its way. */
  isLatched(): boolean {
    return this.#openStops.size > 0 || this.#isRaised;
  }

  openStops(): readonly string[] {
    return [...this.#openStops];
  }

  /** The robot was told to stop; the gate has to be shut by now, whoever asked for it. */
  noteStopReceived(): void {
    this.#stopsTold += 1;
    this.#voidedAt = this.next();
  }

  /** As many stops were named as the robot was told of. */
  assertStopsNamed(namedSoFar: number): void {
    if (namedSoFar !== this.#stopsTold)
      this.breach(`${namedSoFar} stops were latched, ${this.#stopsTold} told the robot`);
  }

  /** A motion, a grip or a wait reached the robot, from this block: the one thing that everything else is about. */
  noteMotionReceived(command: MotionCommand, block: KnownBlock | undefined, robot: FakeRobot): void {
    this.motionsReceived += 1;
    if (block === undefined) {
      this.breach(`a ${command.kind} reached the robot from nowhere`);
      return;
    }
    const { claims, id } = block.offer;
    const what = `a ${command.kind} of ${id} was sent`;
    if (block.ended) this.breach(`${what} after the block had ended`);
    if (this.isLatched()) this.breach(`${what} while a stop was latched`);
    if (block.begunAt < this.#voidedAt) this.breach(`${what} although a stop or a new epoch came since it began`);
    if (block.offer.approvedAt === undefined || block.offer.approvedAt < this.#voidedAt) {
      this.breach(`${what} without an approval newer than the last stop`);
    }
    const late = this.lateBeat('run');
    if (late !== undefined) this.breach(`${what} without a beat of the ${late}`);
    if (claims.robotId !== robot.identity.id) this.breach(`${what} to another robot`);
    const goesOn = command.kind === 'servo' && block.lease !== undefined && robot.timeS < block.lease.untilS;
    if (claims.stepMode === 'each-motion' && command.kind !== 'advance' && !goesOn) {
      block.stepsUsed += 1;
      if (block.stepsUsed > block.stepsGranted) this.breach(`${what} without the operator's step`);
    }
    this.#judgeLimits(what, command, block, robot.jointsRad(), goesOn ? 0 : 1);
    if (command.kind === 'servo') this.#judgeLoop(what, command.command, block, robot.timeS);
  }

  /** The robot was told to end its leases: from here on no time counts. */
  noteRestReceived(block: KnownBlock | undefined, nowS: number): void {
    if (block?.lease === undefined) return;
    block.loopS += Math.min(nowS, block.lease.untilS) - block.lease.fromS;
    block.lease = undefined;
  }

  #judgeLoop(what: string, command: ServoCommand, block: KnownBlock, nowS: number): void {
    const { claims } = block.offer;
    const never = opinionOnTarget(command, claims.closedLoop, SCENARIO_ENVELOPE, claims.speedScale);
    if (never !== undefined) this.breach(`${what} to where it may not go: ${never}`);
    this.noteRestReceived(block, nowS);
    block.lease = { fromS: nowS, untilS: nowS + command.leaseS };
    const loopS = block.loopS + command.leaseS;
    if (!(loopS <= (claims.closedLoop?.seconds ?? 0) + 1e-6)) this.breach(`${what} for ${loopS} s in all`);
  }

  #judgeLimits(what: string, command: MotionCommand, block: KnownBlock, atRad: readonly number[], calls: 0 | 1): void {
    const { claims } = block.offer;
    const asks = new Set<LimitName>();
    block.sent += calls;
    if (block.sent > SCENARIO_ENVELOPE.maxCalls.hard) this.breach(`${what} as call ${block.sent}`);
    if (block.sent > (SCENARIO_ENVELOPE.maxCalls.soft ?? Infinity)) asks.add('maxCalls');
    block.plannedS += plannedS(command);
    if (block.plannedS > SCENARIO_ENVELOPE.maxRobotTimeS.hard) this.breach(`${what} past ${block.plannedS} s`);
    if (block.plannedS > (SCENARIO_ENVELOPE.maxRobotTimeS.soft ?? Infinity)) asks.add('maxRobotTimeS');
    if (command.kind === 'execute') {
      const opinion = opinionOn(command.plan, atRad, SCENARIO_ENVELOPE, claims.speedScale);
      if (opinion.never !== undefined) this.breach(`${what} outside the envelope: ${opinion.never}`);
      for (const limit of opinion.asks) asks.add(limit);
    }
    if (command.kind === 'gripper') {
      const { widthM, forceN } = command.command;
      if (!(widthM >= 0 && widthM <= 0.08 && forceN > 0 && forceN <= 70))
        this.breach(`${what}: ${widthM} m, ${forceN} N`);
      if (forceN > 40) asks.add('gripForceN');
    }
    if (this.#softLimits === 'collect') return;
    for (const limit of asks) {
      if (!claims.grants.includes(limit)) this.breach(`${what} past the soft ${limit}, which nobody granted`);
    }
  }
}

function plannedS(command: MotionCommand): number {
  if (command.kind === 'execute') return planDuration(command.plan);
  if (command.kind === 'servo') return command.command.periodS;
  return command.kind === 'advance' ? command.seconds : 0;
}

function planDuration(plan: Plan): number {
  return (plan.sampleCount - 1) * plan.periodS;
}
