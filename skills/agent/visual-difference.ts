// Owns the observer: a vision model that turns pictures into words, what there is, and what changed. It sees pictures and
// the instruction, never a program, its output or its claims. Must never take an answer it cannot read for a yes.

import { z } from 'zod';
import { fence } from './fence.ts';
import type { ChatMessage, Model, ModelReply, ReplyPiece } from './model.ts';
import { cameraNames, pictureParts } from './pictures.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import type { View } from './workbench.ts';

/** Whether the goal can be seen to be reached. Unsure counts as not done. */
export type Evidence = 'yes' | 'no' | 'unsure';

const endSchema = z.object({
  changes: z.array(z.object({ what: z.string(), howMuch: z.string() })),
  notVisible: z.array(z.string()),
  evidence: z.string(),
  success: z.enum(['yes', 'no', 'unsure']),
});

/** What the pictures show to have changed. */
export interface Difference {
  /** The observer's words, its structured end without. */
  readonly text: string;
  readonly changes: readonly { readonly what: string; readonly howMuch: string }[];
  readonly notVisible: readonly string[];
  /** What the verdict rests on, in a sentence; empty when the observer gave none that could be read. */
  readonly evidence: string;
  readonly success: Evidence;
}

export interface ObserverOptions {
  readonly model: Model;
  readonly prompts: PromptFiles;
  readonly maxOutputTokens: number;
}

/** Pictures of one moment. Key frames of a motion are moments in between. */
export interface Moments {
  readonly before: readonly View[];
  readonly during?: readonly View[];
  readonly after: readonly View[];
}

/** Longer descriptions are cut: they would crowd out the task (characters). */
const LONGEST_DESCRIPTION = 4000;

type OnPiece = (piece: ReplyPiece) => void;

export class Observer {
  readonly #options: ObserverOptions;

  /** @throws RangeError for a model that sees no pictures */
  constructor(options: ObserverOptions) {
    if (!options.model.seesImages) {
      throw new RangeError(`${options.model.name} sees no pictures; choose a vision model to describe them`);
    }
    this.#options = options;
  }

  /** What the pictures show before anything has moved. @throws ModelError */
  async describe(instruction: string, views: readonly View[], onPiece: OnPiece, signal: AbortSignal): Promise<string> {
    const { prompts } = this.#options;
    const values = { cameras: cameraNames(views), instruction: fence('instruction', instruction) };
    const text = fill(prompts, 'observe-first', values);
    const reply = await this.#ask(
      [{ role: 'user', parts: [...pictureParts(views), { kind: 'text', text }] }],
      onPiece,
      signal,
    );
    return shortened(reply.text.trim());
  }

  /**
   * What changed between the pictures, and whether success can be seen. An answer that cannot be read is asked for once
   * more, and is then unsure.
   * @throws ModelError
   */
  async compare(instruction: string, moments: Moments, onPiece: OnPiece, signal: AbortSignal): Promise<Difference> {
    const { prompts } = this.#options;
    const { before, during = [], after } = moments;
    const order = [
      ...before.map(({ camera }) => `${camera} before`),
      ...during.map(({ camera }) => `${camera} in between`),
      ...after.map(({ camera }) => `${camera} after`),
    ].join(', ');
    const text = fill(prompts, 'observe-difference', { instruction: fence('instruction', instruction), order });
    const question: ChatMessage = {
      role: 'user',
      parts: [...pictureParts([...before, ...during, ...after]), { kind: 'text', text }],
    };
    const first = await this.#ask([question], onPiece, signal);
    const read = readDifference(first.text);
    if (typeof read !== 'string') return read;
    const again: readonly ChatMessage[] = [
      question,
      { role: 'assistant', parts: [{ kind: 'text', text: first.text || '(an empty reply)' }] },
      { role: 'user', parts: [{ kind: 'text', text: fill(prompts, 'observe-again', { problem: read }) }] },
    ];
    const second = await this.#ask(again, onPiece, signal);
    const reread = readDifference(second.text);
    if (typeof reread !== 'string') return reread;
    const words = shortened(second.text.trim() || first.text.trim());
    return { text: words, changes: [], notVisible: [], evidence: '', success: 'unsure' };
  }

  #ask(messages: readonly ChatMessage[], onPiece: OnPiece, signal: AbortSignal): Promise<ModelReply> {
    const { model, prompts, maxOutputTokens } = this.#options;
    const system = fill(prompts, 'observer', {});
    return model.ask({ purpose: 'difference', system, messages, maxOutputTokens }, onPiece, signal);
  }
}

const JSON_BLOCK = /^```json[ \t]*\n([\s\S]*?)\n```[ \t]*$/gm;

/** The description with its structured end, or what is wrong with it. */
function readDifference(reply: string): Difference | string {
  const text = reply.replace(/\r\n?/g, '\n');
  const blocks = [...text.matchAll(JSON_BLOCK)];
  if (blocks.length !== 1) {
    return `It has ${blocks.length === 0 ? 'no fenced json block' : `${blocks.length} fenced json blocks`}.`;
  }
  let value: unknown;
  try {
    value = JSON.parse(blocks[0][1]);
  } catch {
    return 'The json block is not JSON.';
  }
  const outcome = endSchema.safeParse(value);
  if (!outcome.success) {
    const [issue] = outcome.error.issues;
    return `In the json block, ${issue.path.join('.') || 'the value'}: ${issue.message}.`;
  }
  return { text: shortened(text.replace(JSON_BLOCK, '').trim()), ...outcome.data };
}

function shortened(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION)}… (the rest is left out)`;
}

/** A difference as text for a model or a person, the verdict left out. */
export function differenceText({ text, changes, notVisible, evidence }: Difference): string {
  return [
    text,
    ...(changes.length === 0 ? [] : ['Changes:', ...changes.map(({ what, howMuch }) => `- ${what}: ${howMuch}`)]),
    ...(notVisible.length === 0 ? [] : [`Not visible: ${notVisible.join('; ')}`]),
    ...(evidence === '' ? [] : [`Evidence: ${evidence}`]),
  ].join('\n');
}
