// Owns `capstan check`: the verdict on a program, without running it.

import { apiChoice } from '../../skills/api/policy-api.ts';
import { startChecker } from '../../skills/check/killable-checker.ts';
import { bundledEntry, openTask } from '../session/installation.ts';
import { diagnosticLines } from './approval-prompt.ts';
import { answer, type Command, oneOf, tell, UsageError } from './command.ts';
import { readProgram } from './program-source.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'] as const;

export const CHECK_COMMAND: Command = {
  name: 'check',
  usage: 'FILE --task TASK',
  summary: 'checks a program against the functions of a task, without running it',
  options: {
    task: { type: 'string', value: 'TASK', help: 'the task the program is for' },
    tier: { type: 'string', value: 'S1', help: 'which functions the program may call', default: 'S1' },
    asks: { type: 'boolean', help: 'as in a session with a model: programs may ask it (askObject and others)' },
    json: { type: 'boolean', help: 'print diagnostics and effects as JSON on stdout' },
  },
  run: async (input) => {
    const [file, ...more] = input.words;
    const taskName = input.text('task');
    if (file === undefined || more.length > 0 || taskName === undefined) {
      throw new UsageError('name one file and its task, as in: capstan check program.ts --task cube-lift');
    }
    const tier = oneOf('tier', input.text('tier') ?? '', TIERS);
    const source = openTask(taskName);
    const program = readProgram(file, source.name, tier);
    const checker = startChecker(apiChoice(source.taskFor(0).task, tier, input.flag('asks')), {
      script: bundledEntry('check-worker.js'),
    });
    const result = await checker
      .check({ source: program.source, blockName: 'block-1', session: { blocks: [] } })
      .finally(() => checker.dispose());
    if (input.flag('json')) answer({ ok: result.ok, diagnostics: result.diagnostics, effects: result.effects });
    for (const line of diagnosticLines(result)) tell(line);
    tell(result.ok ? 'the program passes the check' : 'the program does not pass the check');
    return result.ok ? 0 : 1;
  },
};
