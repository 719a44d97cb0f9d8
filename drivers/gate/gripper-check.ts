// Owns the check of a gripper command against the envelope. Must never change the command.

import { FRANKA_HAND_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { GripperCommand } from '../robot.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import { createLimitLedger } from './limit-ledger.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';

/**
 * Checks opening and force of a gripper command. A value exactly at a limit passes.
 * @returns the soft limits that it passes
 * @throws GateRefusal BAD_COMMAND, GRIP_WIDTH, or GRIP_FORCE past the hard limit
 */
export function checkGripper({ arm, widthM, forceN }: GripperCommand, envelope: Envelope): readonly SoftExcess[] {
  if (!envelope.arms.some((placement) => placement.arm === arm)) {
    throw new GateRefusal('BAD_COMMAND', `This robot has no ${arm} arm. ${NOTHING_SENT}`, 'Name an arm that exists.');
  }
  if (!(forceN > 0)) {
    throw new GateRefusal(
      'BAD_COMMAND',
      `A grip force of ${inWords(forceN)} N is no force. ${NOTHING_SENT}`,
      'Ask for a force above 0 N.',
    );
  }
  if (!(widthM >= 0 && widthM <= FRANKA_HAND_LIMITS.maxWidthM)) {
    throw new GateRefusal(
      'GRIP_WIDTH',
      `The ${arm} gripper cannot go to ${inWords(widthM)} m; it opens from 0 to ${FRANKA_HAND_LIMITS.maxWidthM} m. ` +
        `${NOTHING_SENT}`,
      'Ask for an opening inside that range.',
    );
  }
  const ledger = createLimitLedger();
  ledger.judge({
    limit: 'gripForceN',
    value: forceN,
    bounds: envelope.gripForceN,
    unit: 'N',
    where: () => `Fingers of the ${arm} gripper`,
  });
  return ledger.softExcesses();
}
