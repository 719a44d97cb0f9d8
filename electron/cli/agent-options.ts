// Owns the options of the commands that let a model write the programs, and what they mean. Whatever can be known to be
// wrong is an error before any process is started or any request is sent.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Caps } from '../../skills/agent/budget.ts';
import { ModelNameError, parseModelName } from '../../skills/agent/model-name.ts';
import { AGENT_TIERS, type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { NotesError, readNotes } from '../../skills/agent/notes.ts';
import { VoicesError } from '../../skills/agent/voices.ts';
import { EXPERT_MODEL } from '../session/agent-models.ts';
import { type AgentSettings, MOST_VOICES, usualEnsemble } from '../session/agent-settings.ts';
import { NotFoundError, userFolder } from '../session/installation.ts';
import { type CommandInput, type OptionSpec, oneOf, UsageError, wholeNumber } from './command.ts';

/** Caps of one session or one benchmark. */
export const BUDGET_OPTIONS = {
  'budget-usd': { type: 'string', value: 'X', help: 'the most that model calls may cost, US dollars' },
  'budget-calls': { type: 'string', value: 'N', help: 'the most requests to models' },
  'budget-tokens': { type: 'string', value: 'N', help: 'the most tokens, input and output together' },
  'budget-seconds': { type: 'string', value: 'N', help: 'the most wall time, without waiting for the operator' },
} as const satisfies Record<string, OptionSpec>;

export const AGENT_OPTIONS = {
  model: {
    type: 'string',
    value: 'NAME',
    help: 'with --policy model: anthropic:NAME, openai:NAME, URL#NAME of a server, or expert',
  },
  'vision-model': {
    type: 'string',
    value: 'NAME',
    help: 'who describes pictures at M3 and M4 (default: the model itself)',
  },
  ensemble: {
    type: 'string',
    value: 'N',
    help: 'N programs are written beside each other; what they do in the twin decides',
  },
  'ensemble-models': {
    type: 'string',
    value: 'NAME,NAME',
    help: 'with --ensemble: who writes them (default: the model itself)',
  },
  'ensemble-temperatures': {
    type: 'string',
    value: 'T,T',
    help: 'with --ensemble: at which temperatures (default: spread from 0.1 to 0.9)',
  },
  turns: { type: 'string', value: 'N', help: 'turns of the model (default: 10 at M1 to M4, 1 at S1 to S4)' },
  ...BUDGET_OPTIONS,
  blind: { type: 'boolean', help: 'withhold scene and pictures: what does the model know by heart?' },
  notes: {
    type: 'string',
    value: 'FILE',
    help: 'notes about this rig for the model (default: notes.md in CAPSTAN_HOME)',
  },
  'no-notes': { type: 'boolean', help: 'leave the notes out' },
} as const satisfies Record<string, OptionSpec>;

export const ALL_TIERS = AGENT_TIERS;

/** The tier of a command, of functions alone or with the feedback of a model. @throws UsageError */
export function readTier(text: string): AgentTier {
  return oneOf('tier', text, AGENT_TIERS);
}

/** @throws UsageError, NotFoundError */
export function readAgentSettings(input: CommandInput, tier: AgentTier, named = input.text('model')): AgentSettings {
  const mode = agentMode(tier);
  const model = modelName('model', named);
  if (model === undefined)
    throw new UsageError(
      '--policy model needs --model, as in --model anthropic:NAME or --model http://127.0.0.1:11434/v1#NAME',
    );
  const vision = modelName('vision-model', input.text('vision-model'));
  const scene = input.flag('blind') ? 'withheld' : 'shown';
  const describes = mode.feedback === 'difference' && scene === 'shown';
  if (vision !== undefined && !describes)
    throw new UsageError(
      `--vision-model has nothing to describe at ${tier}${scene === 'withheld' ? ' with --blind' : ''}`,
    );
  if (describes && (vision ?? model) === EXPERT_MODEL)
    throw new UsageError(`${tier} needs a vision model: name it with --vision-model`);
  return {
    mode: tier,
    model,
    visionModel: describes ? (vision ?? model) : null,
    turns: wholeNumber('turns', input.text('turns') ?? String(mode.turns), 1, 1000),
    scene,
    notes: notesOf(input),
    ...readEnsemble(input, model),
    caps: readCaps(input),
  };
}

/** @throws UsageError */
function readEnsemble(input: CommandInput, model: string): Pick<AgentSettings, 'ensemble'> {
  const [count, models, temperatures] = ['ensemble', 'ensemble-models', 'ensemble-temperatures'].map((option) =>
    input.text(option),
  );
  if (count === undefined) {
    if (models !== undefined || temperatures !== undefined)
      throw new UsageError('--ensemble-models and --ensemble-temperatures need --ensemble, as in --ensemble 3');
    return {};
  }
  const voices = wholeNumber('ensemble', count, 2, MOST_VOICES);
  const names = (models ?? model).split(',').map((name) => modelName('ensemble-models', name.trim()) as string);
  try {
    return { ensemble: usualEnsemble(voices, model, names, temperatures?.split(',').map(readTemperature)) };
  } catch (error) {
    if (error instanceof VoicesError) throw new UsageError(`--ensemble: ${error.message}`);
    throw error;
  }
}

/** @throws UsageError */
function readTemperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 2))
    throw new UsageError(`--ensemble-temperatures takes numbers from 0 to 2, as 0.1,0.5,0.9, not "${text}"`);
  return value;
}

/** @throws UsageError */
export function readCaps(input: CommandInput): Caps {
  const usd = input.text('budget-usd');
  const costUsd = usd === undefined ? undefined : Number(usd);
  if (costUsd !== undefined && !(costUsd >= 0 && usd?.trim() !== ''))
    throw new UsageError(`--budget-usd takes an amount in US dollars, as 2.50, not "${usd}"`);
  const whole = (option: string) => {
    const text = input.text(option);
    return text === undefined ? undefined : wholeNumber(option, text, 0, Number.MAX_SAFE_INTEGER);
  };
  const caps = {
    costUsd,
    calls: whole('budget-calls'),
    tokens: whole('budget-tokens'),
    wallS: whole('budget-seconds'),
  };
  return Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== undefined));
}

/** A name that means a model. @throws UsageError */
function modelName(option: string, text: string | undefined): string | undefined {
  if (text === undefined || text === EXPERT_MODEL) return text;
  try {
    parseModelName(text);
  } catch (error) {
    if (error instanceof ModelNameError) throw new UsageError(`--${option}: ${error.message}, or "${EXPERT_MODEL}"`);
    throw error;
  }
  return text;
}

/** @throws UsageError, NotFoundError */
function notesOf(input: CommandInput): string | null {
  const asked = input.text('notes');
  if (input.flag('no-notes')) {
    if (asked !== undefined) throw new UsageError('--notes and --no-notes exclude each other');
    return null;
  }
  const path = asked === undefined ? join(userFolder(), 'notes.md') : resolve(asked);
  if (!existsSync(path)) {
    if (asked !== undefined) throw new NotFoundError(`there is no file of notes ${path}`);
    return null;
  }
  try {
    const text = readFileSync(path, 'utf8');
    return readNotes(text, path) === undefined ? null : text;
  } catch (error) {
    if (error instanceof NotesError) throw new UsageError(error.message);
    throw error;
  }
}
