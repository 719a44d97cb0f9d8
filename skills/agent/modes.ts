// Owns what the names of the tiers mean for a model that writes programs: which functions it has, how many turns, and what
// it is told after each. One word selects all of it, on any task. Must never know a task.

import type { Tier } from '../api/definition.ts';

/** What a model learns after a turn beyond the words of check and run. */
export type Feedback = 'text' | 'image' | 'difference';

export interface AgentMode {
  /** As the user wrote it: "M3". */
  readonly name: AgentTier;
  readonly tier: Tier;
  readonly feedback: Feedback;
  /** Turns unless the user says otherwise. */
  readonly turns: number;
}

export const AGENT_TIERS = ['S1', 'S2', 'S3', 'S4', 'M1', 'M2', 'M3', 'M4'] as const;
export type AgentTier = (typeof AGENT_TIERS)[number];

/** Of the tiers with several turns. */
export const USUAL_TURNS = 10;

const MODES: Readonly<Record<AgentTier, Omit<AgentMode, 'name'>>> = {
  S1: { tier: 'S1', feedback: 'text', turns: 1 },
  S2: { tier: 'S2', feedback: 'text', turns: 1 },
  S3: { tier: 'S3', feedback: 'text', turns: 1 },
  S4: { tier: 'S4', feedback: 'text', turns: 1 },
  M1: { tier: 'S2', feedback: 'text', turns: USUAL_TURNS },
  M2: { tier: 'S2', feedback: 'image', turns: USUAL_TURNS },
  M3: { tier: 'S2', feedback: 'difference', turns: USUAL_TURNS },
  M4: { tier: 'S3', feedback: 'difference', turns: USUAL_TURNS },
};

export function agentMode(name: AgentTier): AgentMode {
  return { name, ...MODES[name] };
}
