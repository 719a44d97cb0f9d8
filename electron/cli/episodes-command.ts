// Owns `capstan episodes`: what was recorded, and completing files that were cut.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { listEpisodes } from '../../drivers/episode/library.ts';
import { recoverEpisodeFile } from '../../drivers/episode/recover-file.ts';
import { episodeFolder, NotFoundError } from '../session/installation.ts';
import { answer, type Command, tell, UsageError } from './command.ts';

export const EPISODES_COMMAND: Command = {
  name: 'episodes',
  usage: '[recover FILE...]',
  summary: 'lists recorded episodes, or completes files that a crash has cut',
  options: {
    dir: { type: 'string', value: 'DIR', help: 'folder to list (default: the episodes of CAPSTAN_HOME)' },
    json: { type: 'boolean', help: 'print the answer as JSON on stdout' },
  },
  run: async (input) => {
    const [action, ...files] = input.words;
    if (action === 'recover') return recover(files, input.flag('json'));
    if (action !== undefined && action !== 'list')
      throw new UsageError(`there is no "episodes ${action}"; there are list and recover`);
    const { episodes, skipped } = await listEpisodes(resolve(input.text('dir') ?? episodeFolder()));
    if (input.flag('json')) {
      answer({ episodes, skipped });
      return 0;
    }
    for (const { file, info, started, outcome, stage, robotDurationS, complete } of episodes) {
      const length = robotDurationS === null ? '' : `${robotDurationS.toFixed(1)} s`;
      const state = complete ? '' : ', cut: capstan episodes recover completes it';
      process.stdout.write(
        `${started.slice(0, 19)}  ${info.task.padEnd(14)} seed ${String(info.seed ?? '-').padEnd(6)} ${outcome}${stage ? ` at ${stage}` : ''}  ${length}${state}\n  ${file}\n`,
      );
    }
    for (const { file, reason } of skipped) tell(`not listed: ${file}: ${reason}`);
    if (episodes.length === 0) tell('no episodes yet: capstan run records one');
    return 0;
  },
};

async function recover(files: readonly string[], json: boolean): Promise<number> {
  if (files.length === 0) throw new UsageError('name the files to recover');
  const reports = [];
  for (const file of files) {
    const path = resolve(file);
    if (!existsSync(path)) throw new NotFoundError(`there is no file ${path}`);
    const result = await recoverEpisodeFile(path);
    reports.push({ original: path, ...result });
    if (result.status === 'already-complete') {
      tell(`${path} is complete; nothing to do`);
      continue;
    }
    const { messages, robotDurationS, cutBytes, problems } = result.report;
    tell(`${result.file}: ${messages} messages, ${robotDurationS.toFixed(1)} s kept, ${cutBytes} bytes lost`);
    for (const problem of problems) tell(`  ${problem}`);
  }
  if (json) answer(reports);
  return 0;
}
