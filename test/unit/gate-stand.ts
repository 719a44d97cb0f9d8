// Owns a gate on a fake robot with a clock that the test moves, for the gate's example tests. Must never hide a step: the
// shorthands do what a session does, in the same order.

import { createHash } from 'node:crypto';
import { FakeRobot, type FakeRobotOptions } from '../../drivers/fake/fake-robot.ts';
import type { ApprovalClaims } from '../../drivers/gate/approval.ts';
import type { BlockPermit } from '../../drivers/gate/block-permit.ts';
import { type Envelope, PANDA_SIMULATED_ENVELOPE } from '../../drivers/gate/envelope.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import { createGate, type Gate, type GateOptions } from '../../drivers/gate/gate.ts';
import { GateRefusal } from '../../drivers/gate/refusal.ts';
import type { Plan } from '../../drivers/robot.ts';

export const PERSON = { kind: 'person', name: 'Ada' } as const;
export const MACHINE = { kind: 'automatic', name: '--approve auto' } as const;

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export interface Stand {
  readonly robot: FakeRobot;
  readonly gate: Gate;
  readonly events: GateEvent[];
  /** Seconds; write to let time pass. */
  readonly clock: { nowS: number };
  claims(changes?: Partial<ApprovalClaims>): ApprovalClaims;
  /** Offers, approves and begins. */
  begin(changes?: Partial<ApprovalClaims>): Promise<BlockPermit>;
  /** Plans a turn of the first joint, from where the arm is. */
  plan(turnRad: number, speedScale?: number): Promise<Plan>;
  kindsSent(): string[];
}

export function createStand(
  options: { robot?: FakeRobotOptions; gate?: Partial<GateOptions>; envelope?: Partial<Envelope> } = {},
): Stand {
  const robot = new FakeRobot(options.robot);
  const events: GateEvent[] = [];
  const clock = { nowS: 10 };
  const gate = createGate({
    robot,
    envelope: { ...PANDA_SIMULATED_ENVELOPE, ...options.envelope },
    nowS: () => clock.nowS,
    sha256Hex,
    requiredBeats: [],
    onEvent: (event) => void events.push(event),
    ...options.gate,
  });
  const claims = (changes: Partial<ApprovalClaims> = {}): ApprovalClaims => ({
    source: 'await homePose();',
    sessionSnapshotHash: 'e3b0',
    apiVersion: '1.0.0',
    tier: 'S1',
    skillVersions: { stack: '2' },
    robotId: robot.identity.id,
    robotKind: robot.identity.kind,
    envelope: gate.envelope,
    speedScale: 1,
    stepMode: 'none',
    epoch: gate.state().epoch,
    previewId: 'preview-1',
    startJointsRad: [robot.jointsRad()],
    grants: [],
    closedLoop: null,
    ...changes,
  });
  return {
    robot,
    gate,
    events,
    clock,
    claims,
    async begin(changes) {
      const wanted = claims(changes);
      const offer = gate.offer(wanted);
      gate.approve(offer.id, offer.digest, PERSON);
      return gate.begin(offer.id, wanted);
    },
    async plan(turnRad, speedScale = 1) {
      const start = robot.jointsRad();
      const end = start.map((rad, joint) => (joint === 0 ? rad + turnRad : rad));
      const points = Float64Array.from([...start, ...end]);
      return robot.plan({ paths: [{ arm: 'left', kind: 'stops', points }], speedScale, toolSpeedMPerS: 1.7 });
    },
    kindsSent: () => robot.commands().map(({ kind }) => kind),
  };
}

/** The refusal that a call ends with; fails the test when there is none. */
export async function refusalOf(act: () => unknown): Promise<GateRefusal> {
  try {
    await act();
  } catch (error) {
    if (error instanceof GateRefusal) return error;
    throw error;
  }
  throw new Error('the gate did not refuse');
}

/** Lets everything that is under way in the microtask queue come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await undefined;
}
