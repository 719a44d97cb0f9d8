// Owns the checks of a benchmark's programs: one warm checker for each choice of functions, one check for each program,
// each in a thread that is ended when a check never ends.

import type { CheckResult } from '../../skills/check/check-result.ts';
import { type CheckerApi, type KillableChecker, startChecker } from '../../skills/check/killable-checker.ts';
import type { CheckedBlock } from '../session/cell.ts';
import { bundledEntry } from '../session/installation.ts';

/** A program as it may run, or what the check has against it. */
export type CheckedProgram =
  | { readonly ok: true; readonly block: CheckedBlock }
  | { readonly ok: false; readonly result: CheckResult };

export class ProgramChecks {
  readonly #checkers = new Map<string, KillableChecker>();
  readonly #programs = new Map<string, Promise<CheckedProgram>>();

  /** Checks a program, or remembers what its check said. */
  check(source: string, api: CheckerApi): Promise<CheckedProgram> {
    const apiKey = JSON.stringify(api);
    const key = `${apiKey} ${source}`;
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = this.#check(source, apiKey, api);
      this.#programs.set(key, program);
    }
    return program;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all([...this.#checkers.values()].map((checker) => checker.dispose()));
  }

  async #check(source: string, apiKey: string, api: CheckerApi): Promise<CheckedProgram> {
    let checker = this.#checkers.get(apiKey);
    if (checker === undefined) {
      checker = startChecker(api, { script: bundledEntry('check-worker.js') });
      this.#checkers.set(apiKey, checker);
    }
    const result = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
    if (!result.ok) return { ok: false, result };
    const { javascript, effects } = result;
    return { ok: true, block: { name: 'block-1', source, javascript, loops: effects.loops } };
  }
}
