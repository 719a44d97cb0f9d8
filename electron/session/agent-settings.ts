// Owns what a session with a model was asked to do, as it is kept with the episode: enough to ask the same again. Must never
// hold a key or an address with one.

import { z } from 'zod';
import { AGENT_TIERS } from '../../skills/agent/modes.ts';

/** Name of the attachment in an episode. */
export const AGENT_FILE = 'agent.json';

const caps = z.object({
  costUsd: z.number().nonnegative().optional(),
  calls: z.number().nonnegative().optional(),
  tokens: z.number().nonnegative().optional(),
  wallS: z.number().nonnegative().optional(),
});

export const agentSettingsSchema = z.object({
  /** One word for functions and feedback. */
  mode: z.enum(AGENT_TIERS),
  /** Who writes the programs, by its full name. */
  model: z.string(),
  /** Who describes pictures; null at modes without descriptions. */
  visionModel: z.string().nullable(),
  turns: z.int().positive(),
  /** 'withheld' shows neither scene nor pictures. */
  scene: z.enum(['shown', 'withheld']),
  /** The notes of the rig, as the model saw them; null without any. */
  notes: z.string().nullable(),
  caps,
});
export type AgentSettings = Readonly<z.infer<typeof agentSettingsSchema>>;
