// Owns `capstan check`: the verdict on a program, without running it.

import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { readTask } from '../session/installation.ts';
import { diagnosticLines } from './approval-prompt.ts';
import { answer, type Command, oneOf, tell, UsageError } from './command.ts';
import { readProgram } from './program-source.ts';

export const CHECK_COMMAND: Command = {
  name: 'check',
  usage: 'FILE --task TASK',
  summary: 'checks a program against the functions of a task, without running it',
  options: {
    task: { type: 'string', value: 'TASK', help: 'the task the program is for' },
    tier: { type: 'string', value: 'S1', help: 'which functions the program may call', default: 'S1' },
    json: { type: 'boolean', help: 'print diagnostics and effects as JSON on stdout' },
  },
  run: async (input) => {
    const [file, ...more] = input.words;
    const taskName = input.text('task');
    if (file === undefined || more.length > 0 || taskName === undefined) {
      throw new UsageError('name one file and its task, as in: capstan check program.ts --task cube-lift');
    }
    const tier = oneOf('tier', input.text('tier') ?? '', ['S1']);
    const { task } = readTask(taskName);
    const checker = createChecker(apiFor(apiChoice(task, tier)), GUEST_MODULES);
    const { source } = readProgram(file, task.name, tier);
    const result = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
    if (input.flag('json')) answer({ ok: result.ok, diagnostics: result.diagnostics, effects: result.effects });
    for (const line of diagnosticLines(result)) tell(line);
    tell(result.ok ? 'the program passes the check' : 'the program does not pass the check');
    return result.ok ? 0 : 1;
  },
};
