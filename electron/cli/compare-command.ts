// Owns `capstan compare`: two folders of results, seed by seed, with the test that belongs to it.

import { basename, resolve } from 'node:path';
import { comparisonInWords, reachInWords } from '../../skills/bench/comparison.ts';
import { compareFolders } from '../../skills/bench/pair-folders.ts';
import { type BenchInfo, readBenchFolder } from './bench-folder.ts';
import { answer, type Command, tell, UsageError } from './command.ts';

export const COMPARE_COMMAND: Command = {
  name: 'compare',
  usage: 'DIR DIR',
  summary: 'compares two folders of results on equal seeds, task by task',
  options: {
    'stop-early': {
      type: 'boolean',
      help: 'read the seeds in order and stop at the first at which an anytime-valid test shows a difference',
    },
    json: { type: 'boolean', help: 'print the comparisons as JSON on stdout' },
  },
  run: async (input) => {
    const [firstFolder, secondFolder, ...more] = input.words;
    if (firstFolder === undefined || secondFolder === undefined || more.length > 0) {
      throw new UsageError('name two folders of results, as in: capstan compare before after');
    }
    const { lines, comparisons } = folderComparison(
      firstFolder,
      secondFolder,
      input.flag('stop-early') ? 'anytime' : 'fixed',
    );
    for (const line of lines) tell(line);
    if (input.flag('json')) answer(comparisons);
    return 0;
  },
};

/** Two folders of results side by side, and in words. @throws UsageError when there is nothing to compare */
export function folderComparison(firstFolder: string, secondFolder: string, rule: 'fixed' | 'anytime') {
  const [first, second] = [readBenchFolder(firstFolder), readBenchFolder(secondFolder)];
  const names = folderNames(firstFolder, secondFolder);
  const { comparisons, unpaired } = compareFolders(first.trials, second.trials, names, rule);
  if (comparisons.length === 0) {
    throw new UsageError(`the two folders have nothing in common:\n${unpaired.map((text) => `  ${text}`).join('\n')}`);
  }
  const seeds = [...new Set(comparisons.map(({ pairs }) => pairs))].sort((a, b) => a - b);
  const lines = [
    ...differences(first.info, second.info),
    ...(rule === 'fixed' ? seeds : []).map(reachInWords),
    ...comparisons.flatMap(comparisonInWords),
    ...unpaired.map((text) => `not compared: ${text}`),
  ];
  return { lines, comparisons };
}

/** Short names that tell the two apart. */
function folderNames(first: string, second: string): { first: string; second: string } {
  const [one, other] = [basename(resolve(first)), basename(resolve(second))];
  return one === other ? { first, second } : { first: one, second: other };
}

/** What was not the same for both, apart from what is compared. */
function differences(first: BenchInfo, second: BenchInfo): string[] {
  const found: string[] = [];
  const [one, other] = [first, second].map(({ asked, sittings }) => ({
    version: `${asked.capstan}${sittings.length === 0 ? '' : ` (commit ${sittings[sittings.length - 1].gitCommit ?? 'unknown'})`}`,
    rig: asked.rigSha256,
  }));
  if (one.version !== other.version) found.push(`versions: ${one.version} against ${other.version}`);
  if (one.rig !== other.rig) found.push('note: they ran with different rig files');
  for (const arm of first.asked.arms) {
    const twin = second.asked.arms.find(({ task }) => task === arm.task);
    if (twin !== undefined && twin.taskSha256 !== arm.taskSha256) {
      found.push(`note: the task ${arm.task} is not the same in both; equal seeds are not equal worlds there`);
    }
  }
  return [...new Set(found)];
}
