// Owns how the console opens models and tries one. Must never let a key, or words that may hold one, out of this process.

import { Budget } from '../../skills/agent/budget.ts';
import { meteredModel } from '../../skills/agent/metered-model.ts';
import { ModelError } from '../../skills/agent/model.ts';
import { ModelNameError } from '../../skills/agent/model-name.ts';
import { type ModelAccess, openModel } from '../../skills/agent/open-model.ts';
import { FREE } from '../../skills/agent/prices.ts';
import { expertModel } from '../../skills/agent/providers/expert.ts';
import { EXPERT_MODEL, type ModelSource } from './agent-models.ts';

/**
 * @param access with the keys of the moment in which a model is opened
 * @param expertProgram the reference program; called only when the model "expert" is asked for
 */
export function consoleModels(access: () => ModelAccess, expertProgram: () => string): ModelSource {
  return {
    open: async (name, budget) =>
      name === EXPERT_MODEL
        ? meteredModel(expertModel(expertProgram()), budget, FREE)
        : await openModel(name, { access: access(), budget }),
  };
}

/** Reasoning models think before a word. */
const TEST_TOKENS = 2000;
/** Nobody waits longer for a word, milliseconds. */
const TEST_MS = 60_000;

/** Asks a model for one word, and says in words what came of it. */
export async function testModel(
  name: string,
  access: ModelAccess,
): Promise<{ ok: boolean; message: string; hint: string }> {
  try {
    const model = await openModel(name, {
      access,
      budget: new Budget({ calls: 1 }),
      retry: { attempts: 1 },
    });
    const reply = await model.ask(
      {
        purpose: 'question',
        system: 'Answer with one word.',
        messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Say "ready".' }] }],
        maxOutputTokens: TEST_TOKENS,
      },
      () => undefined,
      AbortSignal.timeout(TEST_MS),
    );
    const cost = reply.costUsd === null ? '; its price is not known' : '';
    return { ok: true, message: `${name} answered after ${reply.durationS.toFixed(1)} s${cost}.`, hint: '' };
  } catch (error) {
    if (error instanceof ModelError && error.code === 'CANCELLED') {
      return {
        ok: false,
        message: `${name} has not answered for a minute.`,
        hint: 'Try again, or choose another model.',
      };
    }
    if (error instanceof ModelError) return { ok: false, message: error.message, hint: error.hint };
    if (error instanceof ModelNameError) return { ok: false, message: error.message, hint: '' };
    throw error;
  }
}
