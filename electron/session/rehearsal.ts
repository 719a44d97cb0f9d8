// Owns the run of one block in the world of a preview, under that world's own gate, and the facts of it. Must never touch
// a live cell, and never hold anything the program said about itself but its printed output.

import type { Goal } from '../../sim/tasks/goal.ts';
import { criticise } from '../../skills/agent/critics/critics.ts';
import type { PreviewFacts, ReportedLine } from '../ipc/robot-host-contract.ts';
import { blockFailure, reportedLine } from './block-report.ts';
import { type CallRecord, type Cell, type CheckedBlock, PLAIN_RUN, type RunSettings } from './cell.ts';
import { FactsCollector } from './preview-facts.ts';
import { ThingWatch } from './thing-fates.ts';
import { TraceRecorder } from './trace-recorder.ts';

export interface RehearsalOptions {
  readonly cell: Cell;
  readonly block: CheckedBlock;
  readonly speedScale: number;
  readonly previewId: string;
  /** What to judge at the end; undefined for nothing that could be. */
  readonly goal: Goal | undefined;
  /** Whether that is the whole goal of the task. */
  readonly wholeGoal: boolean;
  /** The world is what was perceived: robot time of the first look that was drawn; null while there was none. */
  readonly guess: { readonly predictedAtS: () => number | null } | undefined;
}

/** Runs the block from the state of the cell as it is. */
export async function rehearse(options: RehearsalOptions): Promise<PreviewFacts> {
  const { cell, block, previewId } = options;
  const { world, rig } = cell;
  const settings: RunSettings = { ...PLAIN_RUN, speedScale: options.speedScale };
  const state = await cell.robot.state();
  const offer = cell.gate.offer(await cell.claims(block, settings));
  cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'preview' });
  const calls: CallRecord[] = [];
  const output: ReportedLine[] = [];
  const unobserve = cell.observe({
    onCall: (call) => calls.push(call),
    onSay: (text, line) => output.push({ channel: 'say', text, line }),
    onOutput: (line) => output.push(reportedLine(line)),
  });
  const startS = world.timeS;
  const collector = new FactsCollector(world);
  const watch = new ThingWatch(world);
  const recorder = new TraceRecorder(world, rig);
  try {
    const outcome = await cell.run(block, offer.id, settings);
    const facts = collector.facts();
    const findings = criticise(recorder.trace(calls));
    const failure = blockFailure(outcome) ?? touchFailure(facts.contacts) ?? undefined;
    const judged = failure === undefined && options.goal !== undefined ? cell.judge(options.goal) : undefined;
    const success = judged?.success === false ? 'no' : judged !== undefined && options.wholeGoal ? 'yes' : 'unknown';
    return {
      ...facts,
      previewId,
      outcome: failure === undefined ? 'passed' : 'failed',
      failure,
      output: output.map(({ text }) => text),
      predictedSuccess: success,
      world: options.guess === undefined ? 'copied' : 'perceived',
      things: watch.fates(),
      closedLoop: offer.claims.closedLoop ?? undefined,
      findings: findings.map(({ critic, message, line, timeS }) => ({ critic, message, line, timeS })),
      ...knowledge(options, calls, startS + firstTouchS(facts.contacts)),
      startJointsRad: state.arms.map(({ commandedPositionsRad }) => [...commandedPositionsRad]),
      softExcesses: worstExcesses(cell),
      calls: outcome.usage.calls,
    };
  } finally {
    unobserve();
  }
}

function touchFailure(contacts: PreviewFacts['contacts']): PreviewFacts['failure'] {
  const unexpected = contacts?.find(({ kind }) => kind === 'unexpected');
  if (unexpected === undefined) return undefined;
  return {
    code: 'UNEXPECTED_CONTACT',
    stage: 'motion',
    message: `${unexpected.a} touched ${unexpected.b} at ${unexpected.timeS.toFixed(2)} s of the preview.`,
    hint: 'Keep the way clear, or approach from above.',
  };
}

function firstTouchS(contacts: PreviewFacts['contacts']): number {
  return Math.min(Infinity, ...(contacts ?? []).map(({ timeS }) => timeS));
}

/**
 * What is known of each line that called the API. In a copy of the world everything that was reached is exact; in a
 * perceived one only what came before anything was touched.
 */
function knowledge(
  { cell, block, guess }: RehearsalOptions,
  calls: readonly CallRecord[],
  touchedAtS: number,
): Pick<PreviewFacts, 'lines' | 'motions'> {
  const predictedAtS = guess?.predictedAtS() ?? null;
  const from = guess === undefined ? Infinity : Math.min(touchedAtS, predictedAtS ?? Infinity);
  const known = new Map<number, 'exact' | 'predicted' | 'not-reached'>();
  for (const line of block.callingLines ?? []) known.set(line, 'not-reached');
  for (const { line, endS } of calls) {
    if (line === undefined) continue;
    if (endS >= from) known.set(line, 'predicted');
    else if (known.get(line) !== 'predicted') known.set(line, 'exact');
  }
  const risks = new Map(cell.api.functions.map(({ name, risk }) => [name, risk]));
  const motions = calls.filter(({ name, startS, endS }) => risks.get(name) === 'move' && endS > startS);
  return {
    lines: [...known].sort(([a], [b]) => a - b).map(([line, kind]) => ({ line, knowledge: kind })),
    motions: {
      count: motions.length,
      onPredictedLooks: predictedAtS === null ? 0 : motions.filter(({ endS }) => endS > predictedAtS).length,
    },
  };
}

/** The largest excess of each soft limit. */
function worstExcesses(cell: Cell): PreviewFacts['softExcesses'] {
  const worst = new Map<string, PreviewFacts['softExcesses'][number]>();
  for (const { limit, value, soft, where } of cell.gate.collected()) {
    const known = worst.get(limit);
    if (known === undefined || Math.abs(value - soft) > Math.abs(known.value - known.soft)) {
      worst.set(limit, { limit, value, soft, where });
    }
  }
  return [...worst.values()];
}
