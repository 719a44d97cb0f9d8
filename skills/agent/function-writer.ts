// Owns the asking of a model for one function that a program calls and nobody has declared. Must never take a reply for a
// function that it is not: what was written is checked by others, like any program.

import type { MissingFunction } from '../check/check-result.ts';
import { fence } from './fence.ts';
import type { ChatMessage, Model, ModelRequest, ReplyPiece } from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import { parseReply } from './reply.ts';

export interface FunctionWriterOptions {
  readonly model: Model;
  readonly prompts: PromptFiles;
  /** `functionSystemPrompt` of the session's tier. */
  readonly system: string;
  /** Most tokens of a function, reasoning included. */
  readonly maxOutputTokens: number;
  /** The provider's default unless given. */
  readonly temperature?: number;
}

/** A function that did not do. */
export interface FailedFunction {
  /** The reply as the model wrote it. */
  readonly reply: string;
  /** What is wrong with it, in words for the model. */
  readonly problem: string;
}

/** What came of asking. */
export type FunctionReply =
  | { readonly kind: 'function'; readonly source: string; readonly reply: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | ({ readonly kind: 'malformed' } & FailedFunction);

/** Calls of a function that are shown: a program may call it a hundred times. */
const SHOWN_USES = 8;

export class FunctionWriter {
  readonly #options: FunctionWriterOptions;
  /** The functions that passed their checks in this session, by name. */
  readonly #kept: Map<string, string>;

  /** @param kept functions of the session so far */
  constructor(options: FunctionWriterOptions, kept: ReadonlyMap<string, string> = new Map()) {
    this.#options = options;
    this.#kept = new Map(kept);
  }

  /**
   * The same writer in the voice of another model, knowing what this one has kept by now. What the two keep from now on is
   * their own: programs that are written at the same time must not depend on whose functions come first.
   */
  fork(model: Model, temperature: number | undefined): FunctionWriter {
    const { temperature: _mine, ...options } = this.#options;
    return new FunctionWriter({ ...options, model, ...(temperature === undefined ? {} : { temperature }) }, this.#kept);
  }

  /** A function of this name that was written earlier in the session; nobody has to be asked for it again. */
  kept(name: string): string | undefined {
    return this.#kept.get(name);
  }

  keep(name: string, source: string): void {
    this.#kept.set(name, source);
  }

  /**
   * Asks for one function.
   * @param program what calls it, with the functions written for it so far
   * @param failed what was replied before, and why it did not do
   * @throws ModelError
   */
  async write(
    missing: MissingFunction,
    program: string,
    failed: FailedFunction | undefined,
    onPiece: (piece: ReplyPiece) => void,
    signal: AbortSignal,
  ): Promise<FunctionReply> {
    const { text } = await this.#options.model.ask(this.#request(missing, program, failed), onPiece, signal);
    const decision = parseReply(text);
    switch (decision.kind) {
      case 'program':
        return { kind: 'function', source: decision.source.trim(), reply: text };
      case 'finish':
        return { kind: 'declined', reason: decision.reason };
      case 'malformed':
        return { kind: 'malformed', reply: text, problem: decision.problem };
    }
  }

  #request(missing: MissingFunction, program: string, failed: FailedFunction | undefined): ModelRequest {
    const { prompts, system, maxOutputTokens, temperature } = this.#options;
    const asked = fill(prompts, 'function', {
      name: missing.name,
      uses: fence('program', usesText(missing)),
      program: fence('program', program),
    });
    const messages: ChatMessage[] = [{ role: 'user', parts: [{ kind: 'text', text: asked, stable: true }] }];
    if (failed !== undefined) {
      const { reply, problem } = failed;
      messages.push({ role: 'assistant', parts: [{ kind: 'text', text: reply === '' ? '(an empty reply)' : reply }] });
      const told = fill(prompts, 'function-again', { problem: fence('check', problem) });
      messages.push({ role: 'user', parts: [{ kind: 'text', text: told }] });
    }
    const plain: ModelRequest = { purpose: 'function', system, messages, maxOutputTokens };
    return temperature === undefined ? plain : { ...plain, temperature };
  }
}

/** How a program calls a function, and with values of which types. */
function usesText({ uses }: MissingFunction): string {
  const lines = uses.slice(0, SHOWN_USES).map(({ line, text, argumentTypes, resultType }) => {
    const types = argumentTypes.length === 0 ? 'no arguments' : `arguments of type ${argumentTypes.join('; ')}`;
    const result =
      resultType === 'void'
        ? 'its value is not used'
        : resultType === undefined
          ? 'its value is used'
          : `its value is used as ${resultType}`;
    return `line ${line}: ${text}\n  ${types}; ${result}`;
  });
  const more = uses.length - SHOWN_USES;
  return [...lines, ...(more > 0 ? [`(${more} more calls)`] : [])].join('\n');
}
