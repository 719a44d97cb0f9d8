// Owns who must beat for a live cell to move. The gate and the thread that guards it have the same rules from here.

import {
  BEAT_LIMITS_S,
  type BeatRule,
  SESSION_BEAT,
  STOP_CHANNEL_ECHO,
  WINDOW_BEAT,
} from '../../drivers/gate/beats.ts';
import type { OpenParams } from '../ipc/robot-host-contract.ts';

/**
 * Silence that stops a simulated arm. The longest the gate allows: a busy laptop may be late, the arm harms nobody, and a
 * process or a window that dies is noticed at once by its closed pipe or socket.
 */
const toRunS = BEAT_LIMITS_S.most;

const HEADLESS: readonly BeatRule[] = [{ ...SESSION_BEAT, toRunS }];
const CONSOLE: readonly BeatRule[] = [SESSION_BEAT, WINDOW_BEAT, STOP_CHANNEL_ECHO].map((rule) => ({
  ...rule,
  toRunS,
}));

export function beatRules({ console }: Pick<OpenParams, 'console'>): readonly BeatRule[] {
  return console === null ? HEADLESS : CONSOLE;
}
