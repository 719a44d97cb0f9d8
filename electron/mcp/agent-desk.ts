// Owns what an outside agent may do in a session, whatever protocol it speaks: read, look, check, submit, and say that it
// is done. Must hold nothing that approves, resets or raises a limit: the operator stands on the other side.

import { listEpisodes } from '../../drivers/episode/library.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { namesIn } from '../../skills/agent/known-objects.ts';
import type { CheckedProgram, View } from '../../skills/agent/workbench.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { documentationText } from '../../skills/api/documentation.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { RunOutcome } from '../cli/run-outcome.ts';
import type { TaskFile } from '../session/installation.ts';
import type { Session } from '../session/session.ts';
import type { OfferStep, SessionStory, SessionWorkbench } from '../session/session-workbench.ts';

export interface AgentDeskOptions {
  readonly session: Session;
  readonly workbench: SessionWorkbench;
  readonly taskFile: TaskFile;
  readonly seed: number;
  readonly tier: Tier;
  /** Folder whose episodes are listed. */
  readonly episodes: string;
  /** Judges the world when the agent says that it is done. */
  readonly judge: () => Promise<RunOutcome>;
}

/** The request makes no sense now; nothing has changed. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
}

/** Plain data, ready for JSON. */
export type Told = Readonly<Record<string, unknown>>;

export class AgentDesk {
  readonly #options: AgentDeskOptions;
  #busy = false;
  #blocks = 0;
  #last: Told | undefined;
  #onStep: ((step: OfferStep) => void) | undefined;
  #outcome: RunOutcome | undefined;
  #done: (outcome: RunOutcome) => void = () => undefined;
  /** Resolves when the agent has said that it is done and the world was judged. */
  readonly done = new Promise<RunOutcome>((resolve) => {
    this.#done = resolve;
  });

  constructor(options: AgentDeskOptions) {
    this.#options = options;
  }

  /** The functions a program may call, as a model reads them. */
  api(): string {
    const { taskFile, tier } = this.#options;
    return documentationText(apiFor(apiChoice(taskFile.task, tier)), GUEST_MODULES);
  }

  /** What the tier may know before anything is looked at. */
  scene(): Told {
    const { taskFile, seed, tier, session } = this.#options;
    const { name, instruction, robot } = taskFile.task;
    return {
      task: name,
      instruction: instruction.trim(),
      tier,
      arms: robot.arms,
      objects:
        tier === 'S1'
          ? namesIn(drawScene(taskFile.task, seed))
          : 'not told at this tier: look through the cameras, and find things with the functions of the API',
      blocksRun: this.#blocks,
      stops: session.stops.map(({ source, detail }) => `${source}: ${detail}`),
      ended: this.#outcome !== undefined,
    };
  }

  async look(signal: AbortSignal): Promise<readonly View[]> {
    return await this.#options.workbench.look(signal);
  }

  /** What the check says about a program; it is not offered. */
  async check(source: string, signal: AbortSignal): Promise<Told> {
    return await this.#alone(async () => checkTold(await this.#options.workbench.check(source, signal)));
  }

  /**
   * Checks a program and puts it before the operator; resolves when it has run to an end or will not run.
   * @param signal withdraws the program as long as it is not approved
   */
  async submit(source: string, onStep: (step: OfferStep) => void, signal: AbortSignal): Promise<Told> {
    return await this.#alone(async () => {
      const { workbench } = this.#options;
      const program = await workbench.check(source, signal);
      if (!program.check.ok) return { ...checkTold(program), offered: false };
      this.#onStep = onStep;
      try {
        const story = await workbench.offer(program, signal);
        if (story.kind === 'ran') this.#blocks += 1;
        this.#last = { check: checkTold(program), ...storyTold(story) };
        return this.#last;
      } finally {
        this.#onStep = undefined;
      }
    });
  }

  /** For the workbench: where the offered program stands. */
  noteStep(step: OfferStep): void {
    this.#onStep?.(step);
  }

  /** How the last submitted program ended, and the judgement of the world once the agent is done. */
  outcome(): Told {
    return {
      lastBlock: this.#last ?? 'no program has been submitted',
      result: this.#outcome === undefined ? 'the world is judged when you say that you are done' : { ...this.#outcome },
    };
  }

  /** The agent's claim to be done: the world is judged, and no program is taken any more. */
  async finish(reason: string): Promise<Told> {
    return await this.#alone(async () => {
      await this.#options.session.log('agent', `says that it is done: ${reason}`);
      this.#outcome = await this.#options.judge();
      this.#done(this.#outcome);
      return { ...this.#outcome };
    });
  }

  skills(): Told {
    const skills = loadLibrary()
      .filter(({ record }) => record.state === 'promoted')
      .map(({ record, documentation }) => ({ exports: record.exports, summary: record.summary, documentation }));
    return { module: 'capstan:skills', skills };
  }

  async episodes(): Promise<Told> {
    const { episodes } = await listEpisodes(this.#options.episodes);
    return {
      episodes: episodes.map(({ file, info, started, outcome, stage }) => {
        const { task, tier, policy } = info;
        return { file, task, tier, policy, started, outcome, stage };
      }),
    };
  }

  /** One thing at a time, and nothing after the end. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#outcome !== undefined) throw new DeskError('The session is over: you said that you were done.');
    if (this.#busy) throw new DeskError('A program is being checked, decided about or run; wait for its end.');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

function checkTold({ check }: CheckedProgram): Told {
  return {
    passed: check.ok,
    diagnostics: check.diagnostics.map(({ severity, line, column, code, message, hint }) => ({
      severity,
      line,
      column,
      code,
      message,
      ...(hint === '' ? {} : { hint }),
    })),
  };
}

function storyTold(story: SessionStory): Told {
  const preview = previewTold(story.preview);
  switch (story.kind) {
    case 'stopped':
      return {
        ended: 'stopped',
        reason: story.reason,
        next: 'The arm is still. Nothing runs until the operator has reset the stop; submit again then.',
        ...preview,
      };
    case 'rejected':
      return { ended: 'rejected', ran: false, comment: story.comment, operatorPointsAt: story.findings, ...preview };
    case 'ran':
      return {
        ended: story.failure === undefined ? 'ran to its end' : 'failed',
        ran: true,
        failure: story.failure,
        sourceThatRan: story.source,
        calls: story.calls.map(({ name, line, outcome, result, error }) => ({ name, line, outcome, result, error })),
        output: story.output,
        operatorSaid: story.remarks,
        operatorPointsAt: story.findings,
        robotTimeS: story.robotTimeS,
        ...preview,
      };
  }
}

function previewTold(preview: SessionStory['preview']): { readonly preview?: Told } {
  if (preview === undefined) return {};
  const { path: _path, rightPath: _rightPath, postures: _postures, ...told } = preview;
  const { startJointsRad: _start, previewId: _id, ...facts } = told;
  return { preview: facts };
}
