// Owns the question before the operator as windows see it: its card, and whether its preview still holds. Must never answer,
// nor let an approval through whose preview is of another place, speed or epoch.

import { START_TOLERANCE_RAD } from '../../drivers/gate/plan-check.ts';
import type { ConsoleDecision, ConsoleProposal } from '../ipc/console-contract.ts';
import type { RunPace } from '../ipc/operator-pace.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import type { BoardBranch } from './console-board.ts';
import { cardOf } from './console-card.ts';
import { type Question, WindowOperator } from './console-operator.ts';
import { ConsoleRefusal } from './console-refusal.ts';
import type { Proposal } from './operator.ts';
import type { Session } from './session.ts';

/** What a card says beside its proposal. */
export interface CardContext {
  /** Of the program as it was offered, before any edit. */
  readonly origin: ConsoleProposal['origin'];
  readonly claim: string;
  readonly previous: ConsoleProposal['previous'];
}

export interface ConsoleQuestionOptions {
  readonly board: BoardBranch;
  readonly session: Session;
  readonly context: (proposal: Proposal) => CardContext;
  /** The operator's speed of now. */
  readonly speedScale: () => number;
}

/** Whether the robot still stands where the preview began is looked at this often, milliseconds. */
const POSTURE_MS = 500;

const BEING_RENEWED = 'The preview is being made anew.';

export class ConsoleQuestion {
  readonly operator = new WindowOperator((question) => this.#note(question));
  readonly #options: ConsoleQuestionOptions;
  #timer: NodeJS.Timeout | undefined;
  /** Of the gate, when the question was first looked at. */
  #epoch: number | undefined;
  /** What has happened to the robot since the preview; null while nothing has. */
  #moved: string | null = null;
  #renewing = false;

  constructor(options: ConsoleQuestionOptions) {
    this.#options = options;
  }

  /**
   * An answer of a person at a window.
   * @param name of the person's window, as the gate keeps it
   * @throws ConsoleRefusal; nothing has changed then
   */
  async decide(name: string, proposalId: string, sha256: string, decision: ConsoleDecision): Promise<void> {
    const question = this.operator.questionMeant(proposalId, sha256);
    switch (decision.kind) {
      case 'reject': {
        const { comment, findings } = decision;
        this.operator.answer(name, question, { kind: 'reject', comment: comment || 'no reason given', findings });
        return;
      }
      case 'edit':
        this.operator.answer(name, question, { kind: 'edit', source: decision.source });
        return;
      case 'approve':
        // The robot may have moved since it was last looked at.
        await this.#look();
        this.#refuseStale(question, decision.speedScale);
        this.operator.answer(name, question, { kind: 'approve', pace: paceOf(decision, question.proposal.preview) });
        return;
    }
  }

  /** @throws ConsoleRefusal when there is no such question */
  renew(name: string, proposalId: string): void {
    const question = this.operator.questionMeant(proposalId);
    this.#renewing = true;
    this.operator.answer(name, question, { kind: 'renew' });
  }

  /** The operator's speed has changed: the open preview may be of another. */
  speedChanged(): void {
    this.#show();
  }

  /** The block is over, or will not run: nothing of its question is shown any more. */
  end(): void {
    this.#renewing = false;
    this.operator.forgetEdit();
    clearInterval(this.#timer);
    this.#options.board.change({ proposal: null });
  }

  #note(question: Question | undefined): void {
    clearInterval(this.#timer);
    this.#epoch = undefined;
    this.#moved = null;
    const { board } = this.#options;
    if (question !== undefined) {
      this.#renewing = false;
      this.#show();
      const { refusedUndo } = question.proposal;
      if (refusedUndo !== undefined) {
        board.change({
          problem: { code: 'NO_UNDO', message: refusedUndo, hint: 'The program on the card is unchanged.' },
        });
      }
      this.#timer = setInterval(() => void this.#look(), POSTURE_MS);
      void this.#look();
      return;
    }
    // A card whose preview is being renewed stays in sight.
    const { proposal } = board.state;
    board.change({
      proposal: this.#renewing && proposal !== null ? { ...proposal, stale: BEING_RENEWED } : null,
    });
  }

  #show(): void {
    const { question } = this.operator;
    if (question === undefined) return;
    const { board, session, context } = this.#options;
    const { origin, claim, previous } = context(question.proposal);
    board.change({
      proposal: cardOf(question.proposal, {
        id: question.id,
        block: session.blockIndex,
        origin: question.isEdited ? 'edited' : origin,
        claim,
        stale: this.#staleness(question),
        refusedSource: question.refusedSource,
        previous,
      }),
    });
  }

  /** Compares where the robot is with where the preview began. */
  async #look(): Promise<void> {
    const { question } = this.operator;
    if (question === undefined) return;
    let now: Awaited<ReturnType<Session['posture']>>;
    try {
      now = await this.#options.session.posture();
    } catch {
      // A robot host that is gone ends the question by itself.
      return;
    }
    if (this.operator.question?.id !== question.id) return;
    this.#epoch ??= now.epoch;
    const before = this.#moved;
    const start = question.proposal.preview?.startJointsRad ?? [];
    if (now.epoch !== this.#epoch) this.#moved = 'The robot was stopped or connected anew since the preview.';
    else if (isElsewhere(start, now.armsRad)) this.#moved = 'The robot has moved since the preview.';
    else this.#moved = null;
    if (this.#moved !== before) this.#show();
  }

  #staleness({ proposal }: Question): string | null {
    const speed = this.#options.speedScale();
    if (proposal.speedScale !== speed) {
      return `The speed was changed: the preview ran at ${percent(proposal.speedScale)}, now it is ${percent(speed)}.`;
    }
    return this.#moved;
  }

  #refuseStale(question: Question, speedScale: number): void {
    const speed = question.proposal.speedScale;
    const stale =
      this.#staleness(question) ??
      (speedScale === speed
        ? null
        : `The approval is for ${percent(speedScale)}, the preview ran at ${percent(speed)}.`);
    if (stale === null) return;
    this.#show();
    throw new ConsoleRefusal(
      'STALE_PREVIEW',
      `${stale} Nothing was started.`,
      'Renew the preview, read the card again, then approve.',
    );
  }
}

function isElsewhere(start: readonly (readonly number[])[], now: readonly (readonly number[])[]): boolean {
  return start.some((joints, arm) =>
    joints.some((rad, joint) => Math.abs(rad - (now[arm]?.[joint] ?? rad)) > START_TOLERANCE_RAD),
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** How the block is let go on. What the preview could not know begins with its first line that it did not see exactly. */
function paceOf(
  { mode, pauseAtUnknown }: Extract<ConsoleDecision, { kind: 'approve' }>,
  preview: PreviewFacts | null,
): RunPace {
  const unknown = pauseAtUnknown ? preview?.lines?.find(({ knowledge }) => knowledge !== 'exact') : undefined;
  return { mode, pauseAtLines: unknown === undefined ? [] : [unknown.line] };
}
