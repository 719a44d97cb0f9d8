// Owns one benchmark trial: (task, seed, program, tier, version) in, a judged result out. The same five give the same
// trace hash on any machine, in Node and in a browser. Previews nothing and records nothing by itself.

import type { TrialResult } from '../../skills/bench/trial-result.ts';
import type { BlockOutcome } from '../../skills/sandbox/policy-sandbox.ts';
import { Cell, type CellOptions, type CheckedBlock, PLAIN_RUN } from './cell.ts';

export type TrialOptions = Omit<CellOptions, 'purpose' | 'requiredBeats' | 'blocks'>;

/**
 * Runs one checked block in a fresh cell and judges the world it leaves.
 * @param onOpen sees the cell before anything moves, to observe it
 * @param onJudged sees the cell when everything is over, before it is closed
 */
export async function runTrial(
  options: TrialOptions,
  block: CheckedBlock,
  onOpen?: (cell: Cell) => Promise<void> | void,
  onJudged?: (cell: Cell) => void,
): Promise<TrialResult> {
  const beganS = options.nowS();
  const cell = await Cell.open({ ...options, purpose: 'trial', blocks: 'one', requiredBeats: [] });
  try {
    const openS = options.nowS() - beganS;
    await onOpen?.(cell);
    const startedS = options.nowS();
    const offer = cell.gate.offer(await cell.claims(block, PLAIN_RUN));
    cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'benchmark' });
    const outcome = await cell.run(block, offer.id, PLAIN_RUN);
    const verdict = cell.judge();
    const success = outcome.status === 'finished' && verdict.success;
    const result: TrialResult = {
      seed: options.seed,
      success,
      ...failureOf(
        outcome,
        verdict.parts.filter(({ holds }) => !holds).map(({ text }) => text),
        success,
      ),
      progress: verdict.progress,
      calls: outcome.usage.calls,
      traceHash: cell.traceHash(),
      simSeconds: cell.world.timeS,
      wallSeconds: options.nowS() - startedS,
      openSeconds: openS,
    };
    onJudged?.(cell);
    return result;
  } finally {
    await cell.dispose();
  }
}

function failureOf(
  outcome: BlockOutcome,
  unmet: readonly string[],
  success: boolean,
): Pick<TrialResult, 'stage' | 'message' | 'line' | 'hint'> {
  if (success) return { stage: null, message: 'the goal holds' };
  if (outcome.status === 'failed') {
    const { stage, message, line, hint } = outcome.error;
    return { stage, message, line: line ?? undefined, hint };
  }
  return { stage: 'placement', message: `the program ended, but the goal does not hold: ${unmet.join('; ')}` };
}
