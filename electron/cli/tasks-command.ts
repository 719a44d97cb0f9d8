// Owns `capstan tasks`: what there is to do.

import { existsSync } from 'node:fs';
import { describeGoal } from '../../sim/tasks/goal.ts';
import { expertPath, readTask, taskNames } from '../session/installation.ts';
import { answer, type Command } from './command.ts';

export const TASKS_COMMAND: Command = {
  name: 'tasks',
  usage: '',
  summary: 'lists the tasks, what each asks for, and which have an expert',
  options: { json: { type: 'boolean', help: 'print the list as JSON on stdout' } },
  run: async (input) => {
    const tasks = taskNames().map((name) => {
      const { task } = readTask(name);
      return {
        name,
        instruction: task.instruction.trim(),
        goal: describeGoal(task.goal),
        experts: ['S1', 'S2', 'S3', 'S4'].filter((tier) => existsSync(expertPath(name, tier))),
      };
    });
    if (input.flag('json')) {
      answer(tasks);
      return 0;
    }
    for (const { name, instruction, goal, experts } of tasks) {
      process.stdout.write(`${name}\n  ${instruction}\n  goal: ${goal}\n  experts: ${experts.join(', ') || 'none'}\n`);
    }
    return 0;
  },
};
