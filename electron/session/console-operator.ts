// Owns the one open question to the operators at windows: who may answer it is checked before it comes here, what an answer
// must name is checked here. Must never answer by itself: silence, a late word or a wrong hash change nothing.

import { randomUUID } from 'node:crypto';
import { ConsoleRefusal } from './console-refusal.ts';
import { sha256OfText } from './installation.ts';
import type { Decision, Operator, Proposal } from './operator.ts';
import type { Decider } from './session.ts';

/** A question that is open. */
export interface Question {
  /** Another one for every edit and every renewed preview. */
  readonly id: string;
  readonly proposal: Proposal;
  /** The operator's edit that the check refused, if this question came from one. */
  readonly refusedSource: string | undefined;
  /** Whether the program is an edit of the operator's. */
  readonly isEdited: boolean;
}

export class WindowOperator implements Operator {
  readonly #onQuestion: (question: Question | undefined) => void;
  #open: (Question & { readonly answer: (decision: Decision) => void }) | undefined;
  #name = 'operator';
  #lastEdit: string | undefined;

  /** @param onQuestion told of every question that opens, and when there is none any more */
  constructor(onQuestion: (question: Question | undefined) => void) {
    this.#onQuestion = onQuestion;
  }

  /** Who has answered last. */
  get by(): Decider {
    return { kind: 'person', name: this.#name };
  }

  get question(): Question | undefined {
    return this.#open;
  }

  decide(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const isVoid = () => {
        close();
        reject(signal.reason);
      };
      const close = () => {
        signal.removeEventListener('abort', isVoid);
        this.#open = undefined;
        this.#onQuestion(undefined);
      };
      signal.addEventListener('abort', isVoid, { once: true });
      const { source, refusedEdit } = proposal;
      this.#open = {
        id: randomUUID(),
        proposal,
        refusedSource: refusedEdit === undefined ? undefined : this.#lastEdit,
        isEdited: source === this.#lastEdit,
        answer: (decision) => {
          if (decision.kind === 'edit') this.#lastEdit = decision.source;
          close();
          resolve(decision);
        },
      };
      this.#onQuestion(this.#open);
    });
  }

  /** The program that comes next is nobody's edit. */
  forgetEdit(): void {
    this.#lastEdit = undefined;
  }

  /**
   * The open question, if it is the one that is meant.
   * @throws ConsoleRefusal
   */
  questionMeant(proposalId: string, sha256?: string): Question {
    const open = this.#open;
    if (open === undefined) {
      throw new ConsoleRefusal(
        'NO_QUESTION',
        'There is no question to answer: it was answered, withdrawn or made void. Nothing was started.',
        'Look at what the session is doing now.',
      );
    }
    if (open.id !== proposalId) {
      throw new ConsoleRefusal(
        'OTHER_QUESTION',
        'The question has changed since: this answer was to an earlier one. Nothing was started.',
        'Read the approval card again, then decide.',
      );
    }
    if (sha256 !== undefined && sha256OfText(open.proposal.source) !== sha256) {
      throw new ConsoleRefusal(
        'OTHER_PROGRAM',
        'The answer names another program than the one that is asked about. Nothing was started.',
        'Reload the window, and read the approval card again.',
      );
    }
    return open;
  }

  /**
   * Answers the question in the name of a person.
   * @throws ConsoleRefusal when it is not open any more
   */
  answer(name: string, question: Question, decision: Decision): void {
    this.questionMeant(question.id);
    this.#name = name;
    this.#open?.answer(decision);
  }
}
