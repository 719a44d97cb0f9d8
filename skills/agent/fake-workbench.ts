// Owns a workbench without a robot, for tests and demonstrations: every program passes or fails as it is told, every offer
// ends as it is told, and what was done there can be looked at. Must never be offered to a person as a robot.

import type { Tier } from '../api/definition.ts';
import type { CheckDiagnostic, CheckResult } from '../check/check-result.ts';
import type { BlockStory, CheckedProgram, Rehearsal, View, Workbench } from './workbench.ts';

export interface FakeWorkbenchOptions {
  readonly tier: Tier;
  /** What the check says about a program; nothing unless given. */
  readonly diagnose?: (source: string) => readonly CheckDiagnostic[];
  /** The whole check, in place of `diagnose`. */
  readonly check?: (source: string) => Promise<CheckResult>;
  /** What becomes of a program that is offered, the n-th from 0; it runs to its end unless given. */
  readonly story?: (source: string, offer: number, signal: AbortSignal) => BlockStory | Promise<BlockStory>;
  /** What happens to a program in the twin; there is none unless given. */
  readonly rehearsal?: (source: string) => Rehearsal;
  /** The pictures of the n-th look from 0; none unless given. */
  readonly views?: (look: number) => readonly View[];
}

export class FakeWorkbench implements Workbench {
  readonly tier: Tier;
  /** Everything that was asked of it, in order: "check", "check draft", "offer", "look", "rehearse". */
  readonly log: string[] = [];
  readonly offered: string[] = [];
  readonly #options: FakeWorkbenchOptions;
  #looks = 0;

  constructor(options: FakeWorkbenchOptions) {
    this.tier = options.tier;
    this.#options = options;
  }

  async check(source: string, signal: AbortSignal): Promise<CheckedProgram> {
    signal.throwIfAborted();
    this.log.push('check');
    return await this.#checked(source);
  }

  async checkDraft(source: string, signal: AbortSignal): Promise<CheckedProgram> {
    signal.throwIfAborted();
    this.log.push('check draft');
    return await this.#checked(source);
  }

  async #checked(source: string): Promise<CheckedProgram> {
    if (this.#options.check !== undefined) return { source, check: await this.#options.check(source) };
    const diagnostics = this.#options.diagnose?.(source) ?? [];
    const ok = diagnostics.every(({ severity }) => severity !== 'error');
    const effects = { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] };
    const javascript = ok ? source : '';
    return {
      source,
      check: { ok, diagnostics, javascript, exportedNames: [], effects, topLevel: [], declarations: '' },
    };
  }

  async offer({ source, check }: CheckedProgram, signal: AbortSignal): Promise<BlockStory> {
    signal.throwIfAborted();
    if (!check.ok) throw new Error('a program that fails its check is never offered');
    this.log.push('offer');
    this.offered.push(source);
    return (await this.#options.story?.(source, this.offered.length - 1, signal)) ?? storyOf(source);
  }

  async look(signal: AbortSignal): Promise<readonly View[]> {
    signal.throwIfAborted();
    this.log.push('look');
    return this.#options.views?.(this.#looks++) ?? [];
  }

  async rehearse({ source }: CheckedProgram, signal: AbortSignal): Promise<Rehearsal> {
    signal.throwIfAborted();
    this.log.push('rehearse');
    return this.#options.rehearsal?.(source) ?? { previewId: 'fake', outcome: 'skipped' };
  }
}

/** A program that ran to its end, but for what is given. */
export function storyOf(
  source: string,
  more: Partial<Extract<BlockStory, { kind: 'ran' }>> = {},
): Extract<BlockStory, { kind: 'ran' }> {
  return {
    kind: 'ran',
    source,
    failure: undefined,
    calls: [],
    output: [],
    robotTimeS: 0,
    remarks: [],
    preview: undefined,
    ...more,
  };
}
