// Owns `capstan run` with a model: which models are asked, for which settings, and what came of the turns. The world is
// judged whatever the model claims.

import { resolve } from 'node:path';
import { openFileSource } from '../../drivers/episode/node-file-source.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { Budget } from '../../skills/agent/budget.ts';
import { type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { stageOfTurns, type TurnsOutcome } from '../../skills/agent/turn-outcome.ts';
import { VoicesError } from '../../skills/agent/voices.ts';
import {
  type ModelSource,
  type OpenModels,
  openModels,
  providerModels,
  type RecordedAgent,
  recordedAgent,
} from '../session/agent-models.ts';
import { AgentSession } from '../session/agent-session.ts';
import { AGENT_FILE, type AgentSettings, writerName } from '../session/agent-settings.ts';
import { readExpert } from '../session/installation.ts';
import type { Operator } from '../session/operator.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { SessionWorkbench } from '../session/session-workbench.ts';
import { readAgentSettings, readCaps } from './agent-options.ts';
import { AgentTeller } from './agent-teller.ts';
import { type CommandInput, tell, UsageError } from './command.ts';
import { judged, type RunOutcome } from './run-outcome.ts';

const RECORDED = 'recorded:';

/** Whether a policy is a model, and which. */
export type AgentPolicy = 'model' | `${typeof RECORDED}${string}`;

export function isAgentPolicy(policy: string): policy is AgentPolicy {
  return policy === 'model' || policy.startsWith(RECORDED);
}

/** What a run with a model needs, known before any process is started. */
export interface AgentPlan {
  readonly settings: AgentSettings;
  readonly source: ModelSource;
  readonly recorded: RecordedAgent | undefined;
}

/** @throws UsageError, NotFoundError */
export async function planAgent(
  policy: AgentPolicy,
  input: CommandInput,
  what: { readonly task: string; readonly tier: AgentTier; readonly definition: () => Task },
): Promise<AgentPlan> {
  const { task, tier, definition } = what;
  if (policy === 'model') {
    const settings = readAgentSettings(input, tier);
    const expert = () => readExpert(task, agentMode(tier).tier, definition()).source;
    return { settings, source: providerModels(process.env, expert), recorded: undefined };
  }
  const path = resolve(policy.slice(RECORDED.length));
  const file = await openFileSource(path);
  try {
    const recorded = await recordedAgent(file, path);
    if (recorded.task !== task) throw new UsageError(`${path} is of the task ${recorded.task}; run that one`);
    // The caps of now: what a recorded request cost is spent already.
    return { settings: { ...recorded.settings, caps: readCaps(input) }, source: recorded.models, recorded };
  } finally {
    await file.close();
  }
}

/** The models of a plan, and the budget they charge. */
export interface OpenAgent {
  readonly plan: AgentPlan;
  readonly budget: Budget;
  readonly models: OpenModels;
}

/** @throws ModelError, as for a missing key, and UsageError for voices that are not as many as asked */
export async function openAgent(plan: AgentPlan): Promise<OpenAgent> {
  const budget = new Budget(plan.settings.caps);
  try {
    const { settings, models } = await openModels(plan.settings, plan.source, budget);
    return { plan: { ...plan, settings }, budget, models };
  } catch (error) {
    if (error instanceof VoicesError) throw new UsageError(`--ensemble: ${error.message}`);
    throw error;
  }
}

/** The same operator, whose time to think is not counted in the budget. */
export function untimed(operator: Operator, budget: Budget): Operator {
  return {
    by: operator.by,
    decide: (proposal, signal) => budget.whileWaiting(() => operator.decide(proposal, signal)),
  };
}

/** What a session keeps of a model's part. */
export function agentRecord({ settings }: AgentPlan): Pick<SessionOptions, 'policy' | 'attachments' | 'asks'> {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  return {
    policy: writerName(settings),
    asks: true,
    attachments: [{ name: AGENT_FILE, mediaType: 'application/json', text }],
  };
}

/** What a model used. */
export interface AgentFacts {
  readonly model: string;
  /** Voices of its ensemble; absent where one model writes. */
  readonly ensemble?: number;
  readonly mode: AgentTier;
  readonly turns: number;
  readonly requests: number;
  readonly tokens: number;
  /** US dollars; null when a price was not known. */
  readonly costUsd: number | null;
  readonly ended: TurnsOutcome['kind'];
}

/** Runs the turns on the task's instruction, and judges the world they leave. */
export async function runAgent(
  agent: OpenAgent,
  session: Session,
  workbench: SessionWorkbench,
  world: { readonly task: Task; readonly seed: number },
): Promise<RunOutcome & { readonly agent: AgentFacts }> {
  const { plan, budget, models } = agent;
  const { settings } = plan;
  const teller = new AgentTeller(budget, settings.turns);
  const onEvent = teller.event.bind(teller);
  const work = new AgentSession({ session, workbench, ...world, settings, models, budget, onEvent });
  const ended = await work.instruct(world.task.instruction, new AbortController().signal);
  const { spent, unpricedCalls } = budget.state();
  const facts: AgentFacts = {
    model: settings.model,
    ...(settings.ensemble === undefined ? {} : { ensemble: settings.ensemble.voices.length }),
    mode: settings.mode,
    turns: ended.turns,
    requests: spent.calls,
    tokens: spent.tokens,
    costUsd: unpricedCalls > 0 ? null : spent.costUsd,
    ended: ended.kind,
  };
  const left = plan.recorded?.left() ?? 0;
  if (left > 0) tell(`${left} recorded requests were not asked again: this run went another way`);
  return { ...(await outcomeOfTurns(session, ended)), agent: facts };
}

/** The outcome by the world; after a stop nothing moves any more, and the world is not judged. */
export async function outcomeOfTurns(session: Session, ended: TurnsOutcome): Promise<RunOutcome> {
  if (session.stopped.aborted) {
    return { success: false, stage: 'stopped', message: `stopped: ${session.stopped.reason}; the arm is still` };
  }
  const world = await judged(session);
  if (world.success) return world;
  const unmet = world.message.slice(world.message.indexOf('the goal does not hold'));
  const failure = ended.lastFailure;
  const stage = stageOfTurns(ended) ?? world.stage;
  switch (ended.kind) {
    case 'finished':
      return { ...world, stage, message: `the model said that it was done, but ${unmet}` };
    case 'turns': {
      const last = failure === undefined ? '' : `; the last program failed: ${failure.message}`;
      return { ...world, stage, message: `all ${ended.turns} turns are used, and ${unmet}${last}` };
    }
    case 'budget':
    case 'model':
      return { ...world, stage, message: ended.error.message, hint: ended.error.hint };
    case 'stopped':
    case 'cancelled':
      return { ...world, stage, message: 'the turns were interrupted' };
  }
}
