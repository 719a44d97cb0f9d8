// Owns the gate: the one door between programs and a robot. It holds the epoch, the latched stops, the approvals and the
// beats, and hands out a permit for one approved block at a time (block-permit.ts sends the commands). Every run, be it
// live, preview or trial, has a gate of its own. Must never approve, reset or resume by itself, never read a clock other
// than the one it was given, and never let anything come between a stop and the latch.
//
// How a stop makes "resume" impossible: it raises the epoch, and every offer, approval and permit carries the epoch it
// was made in. Reset clears the latch and leaves the epoch alone, so what was void stays void.

import { type JointLimits, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { RobotIdentity, RobotState, StopReport } from '../robot.ts';
import type { Actor } from './actor.ts';
import { type ApprovalClaims, createApprovalBook } from './approval.ts';
import { createBeats, lateInWords } from './beats.ts';
import { type Block, type BlockHost, type BlockPermit, createBlock } from './block-permit.ts';
import { frozenCopy } from './canonical-json.ts';
import { assertIdle, assertStart, createClaimsCheck } from './claims-check.ts';
import { assertEnforceable } from './envelope.ts';
import type { GateHappening } from './events.ts';
import type { CollectedExcess, Gate, GateOptions, StopOutcome } from './gate-port.ts';
import { GateRefusal, NOTHING_SENT } from './refusal.ts';
import { readRobotError } from './robot-command.ts';
import { createStopLatch, type LatchedStop, raisedRefusal, type StopCause, stopRefusal } from './stop-latch.ts';

export type { CollectedExcess, Gate, GateOptions, GateState, StopOutcome } from './gate-port.ts';

/** @throws GateRefusal BAD_CONFIGURATION when these options could not keep the robot safe */
export function createGate(options: GateOptions): Gate {
  const { robot, nowS, sha256Hex, softLimits = 'refuse', stopWord, awaitStep, onEvent } = options;
  const { identity } = robot;
  assertEnforceable(options.envelope, identity.arms);
  const envelope = frozenCopy(options.envelope);
  const jointLimits = options.jointLimits ?? limitsOf(identity.model);
  if (softLimits === 'collect' && identity.kind === 'real') throw badConfiguration('no preview runs on a real arm');

  const beats = createBeats(options.requiredBeats, identity.kind, nowS, options.heardS);
  const latch = createStopLatch();
  const book = createApprovalBook({ robotKind: identity.kind, sha256Hex, assertEpoch });
  const claimsCheck = createClaimsCheck(identity, envelope, awaitStep !== undefined);
  const collected: CollectedExcess[] = [];
  let epoch = 1;
  let block: { readonly epoch: number; readonly body: Block } | null = null;

  /** The rule that keeps everything older than a stop void, after a reset as before it. */
  function assertEpoch(madeIn: number): void {
    if (madeIn !== epoch) {
      throw new GateRefusal(
        'STALE_EPOCH',
        `There was a stop, or the robot came back, since this was made (epoch ${madeIn}, now ${epoch}). ${NOTHING_SENT}`,
        'Offer the block anew and have it approved.',
      );
    }
  }

  function assertNotLatched(): void {
    const raised = stopWord?.raised();
    if (raised !== undefined) throw raisedRefusal(raised);
    const standing = latch.standing();
    if (standing.length > 0) throw stopRefusal(standing);
  }

  function assertMayMove(madeIn: number): void {
    watchBeats();
    assertNotLatched();
    assertEpoch(madeIn);
  }

  function runningBlock(): Block | null {
    return block !== null && block.epoch === epoch && !block.body.hasEnded() ? block.body : null;
  }

  function watchBeats(): void {
    // A stop that was raised outside is on its way, with its own words; silence adds nothing to it.
    if (runningBlock() === null || stopWord?.raised() !== undefined) return;
    const late = beats.late('run');
    if (late.length > 0) void stop({ source: 'watchdog', detail: lateInWords(late) });
  }

  function emit(happening: GateHappening): void {
    try {
      onEvent?.({ atS: nowS(), epoch, ...happening });
    } catch (error) {
      if (runningBlock() === null) return;
      void stop({ source: 'process', detail: `the recorder failed: ${readRobotError(error).message}` });
    }
  }

  /** Shuts the gate. Runs to its end before anything else can happen: there is no await in here. */
  function shut(cause: StopCause): LatchedStop {
    const stopped = latch.add(cause, nowS());
    epoch += 1;
    block?.body.interrupt(stopRefusal(latch.standing()));
    return stopped;
  }

  async function tellRobot({ source, detail }: StopCause): Promise<{ report: StopReport; failure?: string }> {
    try {
      return { report: await robot.stop(`${source}: ${detail}`) };
    } catch (error) {
      const report = { sent: false, restConfirmed: false, stopDurationS: null };
      return { report, failure: readRobotError(error).message };
    }
  }

  async function stop(cause: StopCause): Promise<StopOutcome> {
    const stopped = shut(cause);
    const answer = tellRobot(cause);
    emit({ kind: 'stopped', stop: stopped });
    const { report, failure } = await answer;
    latch.setReport(stopped.id, report);
    emit({ kind: 'stop-reported', stopId: stopped.id, report, failure });
    return { id: stopped.id, ...report };
  }

  async function reset(stopId: string, by: Actor): Promise<void> {
    const stopped = latch.find(stopId);
    if (by.kind === 'automatic' && identity.kind !== 'simulated') {
      throw new GateRefusal(
        'RESET_REFUSED',
        'Only a person may reset the stop of a real arm.',
        'Reset it at the console.',
      );
    }
    if (stopped.report === null || stopWord?.raised() !== undefined) {
      const message = `The robot has not answered ${stopped.report === null ? stopId : 'a new stop'} yet; the arm may still be moving.`;
      throw new GateRefusal('STOP_UNDER_WAY', message, 'Wait for the report of the stop, then reset it.');
    }
    if (latch.standing().length === 1) await clearRobotsLatch(stopId);
    latch.clear(stopId);
    emit({ kind: 'reset', stop: stopped, by });
  }

  async function clearRobotsLatch(stopId: string): Promise<void> {
    try {
      await robot.clearStop();
    } catch (cause) {
      const message = `The robot did not clear its stop: ${readRobotError(cause).message} ${stopId} stays latched.`;
      throw new GateRefusal('RESET_FAILED', message, 'Look at the robot, then reset again.', { cause });
    }
  }

  function assertMayBegin(): void {
    assertNotLatched();
    if (runningBlock() !== null) {
      throw new GateRefusal(
        'BUSY',
        `Another block is running. ${NOTHING_SENT}`,
        'Wait until it has ended, or stop it.',
      );
    }
    const late = beats.late('start');
    if (late.length > 0) {
      const message = `The block may not start: ${lateInWords(late)}. ${NOTHING_SENT}`;
      throw new GateRefusal('NO_BEAT', message, 'Bring the named part back to life, then start the block again.');
    }
  }

  async function measure(): Promise<RobotState> {
    try {
      return await robot.state();
    } catch (cause) {
      const message = `The block did not start: ${readRobotError(cause).message} ${NOTHING_SENT}`;
      throw new GateRefusal('NOT_STARTED', message, 'Bring the robot back, then start the block again.', { cause });
    }
  }

  const blockHost: BlockHost = {
    robot,
    envelope,
    jointLimits,
    softLimits,
    awaitStep: awaitStep ?? (() => Promise.reject(new Error('nobody is there'))),
    assertMayMove,
    isCurrent: (madeIn) => madeIn === epoch,
    stop,
    emit,
    collect: (commandId, excesses) => collected.push(...excesses.map((excess) => ({ ...excess, commandId }))),
  };

  async function begin(offerId: string, claimsNow: ApprovalClaims): Promise<BlockPermit> {
    assertMayBegin();
    await block?.body.settled();
    const measured = await measure();
    assertMayBegin();
    assertIdle(measured);
    const offer = book.take(offerId, claimsNow);
    assertStart(offer.claims, measured);
    const body = createBlock(blockHost, offer);
    block = { epoch, body };
    emit({ kind: 'begun', offerId, beats: beats.ages() });
    assertNotLatched(); // by a recorder that failed
    return body.permit;
  }

  /** Puts a refusal on record on its way to the caller. */
  function reported(what: string, error: unknown): unknown {
    if (error instanceof GateRefusal) {
      const { code, message, hint, stage, severity } = error;
      emit({ kind: 'refused', what, refusal: { code, message, hint, stage, severity } });
    }
    return error;
  }

  function reporting<Value>(what: string, act: () => Value): Value {
    try {
      return act();
    } catch (error) {
      throw reported(what, error);
    }
  }

  async function reportingLater<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (error) {
      throw reported(what, error);
    }
  }

  return {
    envelope,
    offer: (claims) =>
      reporting('offer', () => {
        assertEpoch(claims.epoch);
        claimsCheck.assertTrue(claims);
        const offer = book.offer(claims);
        emit({ kind: 'offered', offer });
        return offer;
      }),
    approve: (offerId, digest, by) =>
      reporting(`approval of ${offerId}`, () => {
        assertNotLatched();
        book.approve(offerId, digest, by);
        emit({ kind: 'approved', offerId, digest, by });
      }),
    reject: (offerId, by, comment) =>
      reporting(`rejection of ${offerId}`, () => {
        book.reject(offerId);
        emit({ kind: 'rejected', offerId, by, comment });
      }),
    begin: (offerId, claimsNow) => reportingLater(`start of ${offerId}`, () => begin(offerId, claimsNow)),
    stop,
    reset: (stopId, by) => reportingLater(`reset of ${stopId}`, () => reset(stopId, by)),
    beat: (source) => beats.beat(source),
    tick: watchBeats,
    bumpEpoch(why) {
      if (runningBlock() !== null) void stop({ source: 'robot', detail: why });
      else epoch += 1;
      emit({ kind: 'epoch-bumped', why });
    },
    state() {
      const running = runningBlock();
      return {
        epoch,
        stops: latch.standing(),
        running: running === null ? null : { offerId: running.permit.offerId, usage: running.permit.usage },
        beats: beats.ages(),
      };
    },
    collected: () => [...collected],
  };
}

function limitsOf(model: RobotIdentity['model']): JointLimits {
  if (model === 'panda') return PANDA_JOINT_LIMITS;
  throw badConfiguration(`the joint limits of the ${model} were not given`);
}

function badConfiguration(what: string): GateRefusal {
  return new GateRefusal('BAD_CONFIGURATION', `No gate was made: ${what}.`, 'Correct the options of the gate.');
}
