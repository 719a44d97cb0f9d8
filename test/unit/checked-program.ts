// Owns the warm checker that the tests of the check share, for one arm and tier S1.

import { apiFor } from '../../skills/api/policy-api.ts';
import { type CheckResult, EMPTY_SCOPE, type FinishedBlock } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';

export const checker = createChecker(apiFor({ tier: 'S1', arms: 1 }), GUEST_MODULES);

/** The check of a program that is the first of its session. */
export function check(source: string): Promise<CheckResult> {
  return checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });
}

/** "line:column severity CODE message | hint" per diagnostic. */
export function summary(result: CheckResult): string[] {
  return result.diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code} ${d.message} | ${d.hint}`);
}

/** Checks programs as the blocks of one session, each after the other; every one must pass. */
export async function checkSession(...sources: string[]): Promise<{ blocks: FinishedBlock[]; results: CheckResult[] }> {
  const blocks: FinishedBlock[] = [];
  const results: CheckResult[] = [];
  for (const [i, source] of sources.entries()) {
    const blockName = `block-${i + 1}`;
    const result = await checker.check({ source, blockName, session: { blocks: [...blocks] } });
    if (!result.ok) throw new Error(`${blockName}: ${summary(result).join('; ')}`);
    blocks.push({ blockName, declarations: result.declarations, exportedNames: result.exportedNames });
    results.push(result);
  }
  return { blocks, results };
}
