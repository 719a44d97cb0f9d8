// Owns what was said in a session between its operator, its model and its robot, and the request made of it. Goal, first
// look and the last two turns always stay; what is left out of a long conversation is said in a line each. Must never ask
// a model anything itself.

import { fence } from './fence.ts';
import type { ChatMessage, MessagePart, ModelRequest, Purpose } from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import { parseReply } from './reply.ts';
import { estimateInputTokens } from './token-estimate.ts';

/** Something the conversation holds on to, in order. */
type Entry =
  /** An instruction with the look that came with it. */
  | { readonly kind: 'opening'; readonly parts: readonly MessagePart[] }
  | {
      readonly kind: 'turn';
      readonly number: number;
      /** As the model wrote it, but for reasoning of excessive length. */
      readonly reply: string;
      /** What it was told then; empty as long as nothing was. */
      readonly told: readonly MessagePart[];
      readonly summary: string;
    };

export interface ConversationOptions {
  readonly system: string;
  readonly prompts: PromptFiles;
  /** Most tokens of a request, as estimated; turns are left out beyond it. */
  readonly maxInputTokens: number;
  /** Most tokens of a reply, reasoning included. */
  readonly maxOutputTokens: number;
  readonly temperature?: number;
}

/** Reasoning around a decision that is kept, and what is shown of a reply that could not be read (characters). */
const LONGEST_PROSE = 16_000;
/** Turns at the end that are always shown in full. */
const KEPT_TURNS = 2;

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #entries: Entry[] = [];

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** Turns so far, over all instructions. */
  get turns(): number {
    return this.#entries.filter(({ kind }) => kind === 'turn').length;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** An instruction of the operator begins; everything before stays known. */
  open(parts: readonly MessagePart[]): void {
    this.#entries.push({ kind: 'opening', parts });
  }

  /**
   * The model has replied, and was told this.
   * @param told empty for the last turn of an instruction
   * @param summary what became of the turn, for the time when it is no longer shown
   */
  turn(reply: string, told: readonly MessagePart[], summary: string): void {
    this.#entries.push({ kind: 'turn', number: this.turns + 1, reply: kept(reply), told, summary });
  }

  /**
   * The request for what comes next.
   * @param again a reply that could not be read, and what is wrong with it: it is asked for once more, and not kept
   */
  request(purpose: Purpose, again?: { readonly reply: string; readonly problem: string }): ModelRequest {
    const { system, maxInputTokens, maxOutputTokens, temperature } = this.#options;
    const turns = this.#entries.filter((entry) => entry.kind === 'turn');
    const kept = new Set(turns.slice(-KEPT_TURNS).map(({ number }) => number));
    const withImages = new Set(turns.map(({ number }) => number));
    const shown = new Set(withImages);
    let messages = this.#messages(shown, withImages, again);
    // Pictures of old turns go first, the oldest before the others; then the turns themselves.
    for (const leaveOut of [withImages, shown]) {
      for (const { number } of turns) {
        if (kept.has(number) || estimateInputTokens({ system, messages }) <= maxInputTokens) continue;
        leaveOut.delete(number);
        messages = this.#messages(shown, withImages, again);
      }
    }
    return { purpose, system, messages, maxOutputTokens, ...(temperature === undefined ? {} : { temperature }) };
  }

  #messages(
    shown: ReadonlySet<number>,
    withImages: ReadonlySet<number>,
    again?: { readonly reply: string; readonly problem: string },
  ): ChatMessage[] {
    const { prompts } = this.#options;
    const messages: { role: ChatMessage['role']; parts: MessagePart[] }[] = [];
    const add = (role: ChatMessage['role'], parts: readonly MessagePart[]) => {
      const last = messages[messages.length - 1];
      if (last?.role === role) last.parts.push(...parts);
      else if (parts.length > 0) messages.push({ role, parts: [...parts] });
    };
    let leftOut: string[] = [];
    const tellLeftOut = () => {
      if (leftOut.length === 0) return;
      const values = { count: String(leftOut.length), summary: fence('summary', leftOut.join('\n')) };
      add('user', [{ kind: 'text', text: fill(prompts, 'left-out', values) }]);
      leftOut = [];
    };
    for (const entry of this.#entries) {
      if (entry.kind === 'turn' && !shown.has(entry.number)) {
        leftOut.push(`turn ${entry.number}: ${entry.summary}`);
        continue;
      }
      tellLeftOut();
      if (entry.kind === 'opening') add('user', entry.parts);
      else {
        add('assistant', [{ kind: 'text', text: entry.reply }]);
        add('user', withImages.has(entry.number) ? entry.told : withoutImages(entry.told));
      }
    }
    tellLeftOut();
    if (again !== undefined) {
      const begin = again.reply.slice(0, LONGEST_PROSE);
      add('assistant', [{ kind: 'text', text: begin.trim() === '' ? '(an empty reply)' : begin }]);
      add('user', [{ kind: 'text', text: fill(prompts, 'ask-again', { problem: again.problem }) }]);
    }
    return messages;
  }
}

/** A reply without its prose where that is long: the decision stays as it was. */
function kept(reply: string): string {
  const decision = parseReply(reply);
  const essence =
    decision.kind === 'program'
      ? `\`\`\`\`ts\n${decision.source}\n\`\`\`\``
      : `FINISH: ${decision.kind === 'finish' ? decision.reason.slice(0, LONGEST_PROSE) : ''}`;
  const proseLength = reply.length - essence.length;
  return proseLength <= LONGEST_PROSE
    ? reply
    : `(${proseLength} characters of reasoning are left out here)\n\n${essence}`;
}

function withoutImages(parts: readonly MessagePart[]): readonly MessagePart[] {
  const count = parts.filter(({ kind }) => kind === 'image').length;
  if (count === 0) return parts;
  const said: MessagePart = {
    kind: 'text',
    text: `(${count === 1 ? '1 picture of then is' : `${count} pictures of then are`} left out here)`,
  };
  return [...parts.filter(({ kind }) => kind !== 'image'), said];
}
