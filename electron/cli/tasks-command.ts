// Owns `capstan tasks`: what there is to do.

import { describeGoal } from '../../sim/tasks/goal.ts';
import { TASK_FAMILIES } from '../../sim/tasks/task-families.ts';
import { hasGenericExpert, hasOwnExpert, openTask, taskNames } from '../session/installation.ts';
import { answer, type Command } from './command.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'];

export const TASKS_COMMAND: Command = {
  name: 'tasks',
  usage: '',
  summary: 'lists the tasks, what each asks for, and which have an expert',
  options: { json: { type: 'boolean', help: 'print the list as JSON on stdout' } },
  run: async (input) => {
    const tasks = taskNames().map((name) => {
      const { task } = openTask(name).taskFor(0);
      const family = TASK_FAMILIES.find((one) => one.name === name);
      return {
        name,
        instruction: (family ?? task).instruction.trim(),
        // Of a family, the goal of each seed is another.
        goal: family === undefined ? describeGoal(task.goal) : 'drawn with each seed',
        experts: TIERS.filter((tier) => hasOwnExpert(name, tier)),
        /** Tiers at which the generic expert has a program for it, where it has none of its own. */
        generic: TIERS.filter((tier) => !hasOwnExpert(name, tier) && hasGenericExpert(task, tier)),
      };
    });
    if (input.flag('json')) {
      answer(tasks);
      return 0;
    }
    for (const { name, instruction, goal, experts, generic } of tasks) {
      const all = [...experts, ...generic.map((tier) => `${tier} (generic)`)].sort();
      process.stdout.write(`${name}\n  ${instruction}\n  goal: ${goal}\n  experts: ${all.join(', ') || 'none'}\n`);
    }
    return 0;
  },
};
