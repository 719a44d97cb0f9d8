// Owns the words with which the simulated arm refuses a command. Each says whether the arm is still.

import { RobotError } from '../robot.ts';

/** Something was asked for that cannot be. */
export function invalid(message: string): RobotError {
  return new RobotError('INVALID_PLAN', `${message}; the arm is still`, 'plan a motion inside the limits');
}

/** A stop is latched, or cut the command short. */
export function stopped(what: string): RobotError {
  return new RobotError(
    'STOPPED',
    `${what}; the arm is coming to rest or is still`,
    'reset the stop, then approve again',
  );
}
