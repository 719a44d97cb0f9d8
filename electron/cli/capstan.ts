#!/usr/bin/env node

// Owns the command line: finds the command, gives it its input, and turns what went wrong into words and an exit code.

import { EpisodeError } from '../../drivers/episode/episode-error.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';
import { ModelError } from '../../skills/agent/model.ts';
import { RemoteError } from '../ipc/rpc.ts';
import { NotFoundError, VERSION } from '../session/installation.ts';
import { BENCH_COMMAND } from './bench-command.ts';
import { CHECK_COMMAND } from './check-command.ts';
import { COLLECT_COMMAND } from './collect-command.ts';
import { type Command, readInput, tell, UsageError, usageOf } from './command.ts';
import { COMPARE_COMMAND } from './compare-command.ts';
import { DOCTOR_COMMAND } from './doctor-command.ts';
import { EPISODES_COMMAND } from './episodes-command.ts';
import { EXPORT_COMMAND } from './export-command.ts';
import { MCP_COMMAND } from './mcp-command.ts';
import { REPLAY_COMMAND } from './replay-command.ts';
import { REPORT_COMMAND } from './report-command.ts';
import { RUN_COMMAND } from './run-command.ts';
import { SERVE_COMMAND } from './serve-command.ts';
import { START_COMMAND } from './start-command.ts';
import { TASK_COMMAND } from './task-command.ts';
import { TASKS_COMMAND } from './tasks-command.ts';

const COMMANDS: readonly Command[] = [
  START_COMMAND,
  TASKS_COMMAND,
  TASK_COMMAND,
  RUN_COMMAND,
  BENCH_COMMAND,
  REPORT_COMMAND,
  COMPARE_COMMAND,
  CHECK_COMMAND,
  REPLAY_COMMAND,
  EPISODES_COMMAND,
  SERVE_COMMAND,
  MCP_COMMAND,
  COLLECT_COMMAND,
  EXPORT_COMMAND,
  DOCTOR_COMMAND,
];

/** Exit codes: 0 done, 1 not achieved, 2 asked wrongly. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    const asked = name === undefined || name === '--help' || name === 'help';
    tell(asked ? overview() : `capstan: there is no command "${name}"\n\n${overview()}`);
    return asked && name !== undefined ? 0 : EXIT_USAGE;
  }
  if (rest.includes('--help')) {
    tell(usageOf(command));
    return 0;
  }
  try {
    return await command.run(readInput(command, rest));
  } catch (error) {
    if (error instanceof UsageError) {
      tell(`capstan ${command.name}: ${error.message}`);
      return EXIT_USAGE;
    }
    if (error instanceof NotFoundError || error instanceof YamlFileError)
      tell(`capstan ${command.name}: ${error.message}`);
    else if (error instanceof EpisodeError || error instanceof RemoteError || error instanceof ModelError) {
      tell(`capstan ${command.name}: ${error.message}${error.hint === '' ? '' : `\n  ${error.hint}`}`);
    } else tell(`capstan ${command.name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    return EXIT_FAILED;
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name, usage }) => `${name} ${usage}`.length));
  return [
    'capstan: programs for robot arms, checked, previewed, approved, run and recorded',
    '',
    ...COMMANDS.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`),
    '',
    'capstan COMMAND --help lists the options of a command.',
  ].join('\n');
}

// Whoever reads our answer may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_FAILED);
});

process.exitCode = await main(process.argv.slice(2));
