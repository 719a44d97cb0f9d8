// Owns one benchmark trial whose programs a model writes: a session of its own that nobody watches, approved by rule,
// previewed never (an ensemble chooses in the perceived twin), and judged from the world. Must never let a failing model end more than its own trial.

import { Budget } from '../../skills/agent/budget.ts';
import { ModelError } from '../../skills/agent/model.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import { stageOfTurns, type TurnsOutcome } from '../../skills/agent/turn-outcome.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';
import { type ModelSource, openModels } from './agent-models.ts';
import { AgentSession } from './agent-session.ts';
import { AGENT_FILE, type AgentSettings, writerName } from './agent-settings.ts';
import type { RigFile, TaskFile } from './installation.ts';
import { AutomaticOperator } from './operator.ts';
import { Session } from './session.ts';
import { SessionWorkbench } from './session-workbench.ts';

export interface ModelTrialOptions {
  readonly taskFile: TaskFile;
  readonly rigFile: RigFile;
  readonly seed: number;
  readonly settings: AgentSettings;
  readonly models: ModelSource;
  /** Of the whole benchmark; its caps hold for every trial together. */
  readonly budget: Budget;
  /** Folder for the episode; null records nothing. */
  readonly recordFolder: string | null;
  /** Wall time after which the trial is ended, seconds. */
  readonly limitS: number;
}

/** @throws what is no fault of the model: the trial counts as crashed then */
export async function runModelTrial(options: ModelTrialOptions): Promise<TrialResult> {
  const { taskFile, rigFile, seed, recordFolder, limitS } = options;
  const { tier } = agentMode(options.settings.mode);
  const { task } = taskFile;
  const budget = new Budget({}, { parent: options.budget });
  const beganMs = performance.now();
  const secondsSince = (ms: number) => (performance.now() - ms) / 1000;
  let opened: Awaited<ReturnType<typeof openModels>>;
  try {
    opened = await openModels(options.settings, options.models, budget);
  } catch (error) {
    if (error instanceof ModelError) return notBegun(seed, error, secondsSince(beganMs));
    throw error;
  }
  const { settings, models } = opened;
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const session = await Session.open({
    taskFile,
    rigFile,
    seed,
    tier,
    pace: 'fast',
    recordFolder,
    // An ensemble chooses in the twin; no program is previewed for its approval.
    previews: settings.ensemble !== undefined,
    asks: true,
    role: 'trial',
    policy: writerName(settings),
    attachments: [{ name: AGENT_FILE, mediaType: 'application/json', text }],
    events: {},
  });
  try {
    const openSeconds = secondsSince(beganMs);
    const startedMs = performance.now();
    const operator = new AutomaticOperator('benchmark');
    const workbench = new SessionWorkbench({
      session,
      tier,
      operator,
      previews: false,
      speedScale: 1,
      origin: 'model',
    });
    let calls = 0;
    const work = new AgentSession({
      session,
      workbench,
      task,
      seed,
      settings,
      models,
      budget,
      onEvent: (event) => {
        if (event.kind === 'story' && event.story.kind === 'ran') calls += event.story.calls.length;
      },
    });
    const ended = await work.instruct(task.instruction, AbortSignal.timeout(limitS * 1000));
    const verdict = await session.judge();
    const unmet = verdict.parts.filter(({ holds }) => !holds).map(({ text: part }) => part);
    const failure = verdict.success ? GOAL_HOLDS : failureOf(ended, unmet);
    const { traceHash, robotTimeS } = await session.finish({
      outcome: verdict.success ? 'succeeded' : 'failed',
      stage: failure.stage ?? undefined,
      message: failure.message,
    });
    const { spent, unpricedCalls } = budget.state();
    return {
      seed,
      success: verdict.success,
      ...failure,
      progress: verdict.progress,
      calls,
      traceHash,
      simSeconds: robotTimeS,
      wallSeconds: secondsSince(startedMs),
      openSeconds,
      ...(unpricedCalls > 0 ? {} : { costUsd: spent.costUsd }),
      modelUse: { turns: ended.turns, requests: spent.calls, tokens: spent.tokens },
    };
  } finally {
    await session.close();
  }
}

type Failure = Pick<TrialResult, 'stage' | 'message' | 'line' | 'hint'>;

const GOAL_HOLDS: Failure = { stage: null, message: 'the goal holds' };

function failureOf(ended: TurnsOutcome, unmet: readonly string[]): Failure {
  const goal = `the goal does not hold: ${unmet.join('; ') || 'things still move'}`;
  const stage = stageOfTurns(ended) ?? 'placement';
  switch (ended.kind) {
    case 'budget':
    case 'model':
      return { stage, message: ended.error.message, hint: ended.error.hint };
    case 'cancelled':
      return { stage: 'timeout', message: 'the trial took longer than a trial may' };
    case 'stopped':
      return { stage, message: `stopped: ${ended.reason}` };
    case 'finished':
    case 'turns': {
      const how = ended.kind === 'finished' ? 'the model said that it was done' : `all ${ended.turns} turns are used`;
      const last = ended.lastFailure;
      if (last === undefined) return { stage, message: `${how}, but ${goal}` };
      return { stage, message: `${how}; the last program failed: ${last.message}`, hint: last.hint };
    }
  }
}

function notBegun(seed: number, { code, message, hint }: ModelError, wallSeconds: number): TrialResult {
  return {
    seed,
    success: false,
    stage: code === 'OVER_BUDGET' ? 'budget' : 'model',
    message,
    hint,
    progress: 0,
    calls: 0,
    traceHash: '',
    simSeconds: 0,
    wallSeconds,
    openSeconds: 0,
    costUsd: 0,
    modelUse: { turns: 0, requests: 0, tokens: 0 },
  };
}
