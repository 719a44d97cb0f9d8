// Owns how the turns of a model look on a terminal: its words as they come, each line marked as the model's, and what became
// of them. Must never let the model write a line that looks like Capstan's.

import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import type { Budget } from '../../skills/agent/budget.ts';
import type { ReplyPiece } from '../../skills/agent/model.ts';
import type { TurnEvent } from '../../skills/agent/turn-loop.ts';
import { differenceText } from '../../skills/agent/visual-difference.ts';
import { voiceInWords } from '../../skills/agent/voices.ts';
import { spendingInWords } from '../session/agent-session.ts';
import { diagnosticLines } from './approval-prompt.ts';
import { printable, tell } from './command.ts';

/** What stands before every line of a model's. */
const MARKS = { text: '  | ', reasoning: '  ~ ' } as const;

type PieceKind = keyof typeof MARKS;

export class AgentTeller {
  readonly #budget: Budget;
  readonly #turns: number;
  readonly #write: (text: string) => void;
  /** The kind of the line that has begun; null at the beginning of a line. */
  #open: PieceKind | null = null;

  constructor(budget: Budget, turns: number, write: (text: string) => void = (text) => process.stderr.write(text)) {
    this.#budget = budget;
    this.#turns = turns;
    this.#write = write;
  }

  event(event: TurnEvent): void {
    if (event.kind === 'piece') {
      // What a vision model says is told as a whole, when it is there.
      if (event.purpose === 'program') this.#piece(event.piece);
      return;
    }
    this.#endLine();
    switch (event.kind) {
      case 'turn':
        tell(`turn ${event.turn} of ${this.#turns}; used so far: ${spendingInWords(this.#budget)}`);
        return;
      case 'asked':
        if (event.purpose === 'function') tell('  the program calls a function that does not exist: asking for it');
        else if (event.attempt > 1) tell('  asked again: the reply was neither one program nor FINISH');
        else if (event.purpose === 'difference') tell('  asking what the pictures show');
        return;
      case 'candidate': {
        const { news } = event;
        if (news.step === 'asked') return;
        const who = news.origin === 'synthesis' ? `the synthesis of ${voiceInWords(news)}` : voiceInWords(news);
        tell(`  ${who}: ${printable(news.words)}`);
        return;
      }
      case 'chosen':
        tell(`  ${printable(choiceInWords(event.choice))}`);
        return;
      case 'described':
        this.#quote(event.text);
        return;
      case 'difference':
        this.#quote(differenceText(event.difference));
        tell(
          `  seen: ${event.difference.success === 'yes' ? 'evidence for success' : `success ${event.difference.success}`}`,
        );
        return;
      case 'replied':
        if (event.decision.kind === 'finish') tell(`  the model says it is done: ${printable(event.decision.reason)}`);
        return;
      case 'function':
        tell(`  the function ${printable(event.written.name)} was written for the program, and stands behind it`);
        return;
      case 'checked':
        for (const line of diagnosticLines(event.program.check)) tell(`  ${line}`);
        if (!event.program.check.ok) tell('  the program does not pass the check and is not offered');
        return;
      case 'story':
        tell(`  ${storyInWords(event.story)}`);
        return;
      case 'offered':
      case 'ended':
        return;
    }
  }

  #piece({ kind, text }: ReplyPiece): void {
    if (kind === 'restart') {
      this.#endLine();
      tell('  the reply was cut; it begins anew');
      return;
    }
    if (this.#open !== null && this.#open !== kind) this.#endLine();
    text.split('\n').forEach((part, index) => {
      if (index > 0) this.#endLine();
      if (part === '') return;
      if (this.#open === null) this.#write(MARKS[kind]);
      this.#open = kind;
      this.#write(printable(part));
    });
  }

  #endLine(): void {
    if (this.#open !== null) this.#write('\n');
    this.#open = null;
  }

  #quote(text: string): void {
    this.#piece({ kind: 'text', text });
    this.#endLine();
  }
}

function choiceInWords({ candidates, chosen, reason, durationS, twinS = 0 }: EnsembleMessage): string {
  const taken = candidates[chosen];
  const origin = taken.origin === 'synthesis' ? 'the synthesis of ' : '';
  const worlds = [...new Set(candidates.flatMap(({ preview }) => preview?.world ?? []))];
  const where =
    worlds.length === 0
      ? ''
      : worlds[0] === 'perceived'
        ? ', by the twin of what was perceived'
        : ', by the copied twin';
  return `taken of ${candidates.length}${where}: ${origin}${voiceInWords(taken)} (${reason}); ${durationS.toFixed(1)} s, ${twinS.toFixed(1)} s of it in the twin`;
}

function storyInWords(story: Extract<TurnEvent, { kind: 'story' }>['story']): string {
  switch (story.kind) {
    case 'stopped':
      return `stopped: ${printable(story.reason)}`;
    case 'rejected':
      return `not run: ${printable(story.comment)}`;
    case 'ran': {
      const took = `${story.calls.length} calls, ${story.robotTimeS.toFixed(1)} s of robot time`;
      if (story.failure === undefined) return `ran to its end: ${took}`;
      const { stage, line, message } = story.failure;
      return `failed at ${stage}${line === undefined ? '' : `, line ${line}`}: ${printable(message)} (${took})`;
    }
  }
}
