// Owns the list of tasks as the console offers them, and what a program of the open cell may call. Reads only.

import { describeGoal } from '../../sim/tasks/goal.ts';
import { TASK_FAMILIES } from '../../sim/tasks/task-families.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import { namedTypeText, signatureText } from '../../skills/api/declarations.ts';
import type { ApiFunction, Tier } from '../../skills/api/definition.ts';
import { hasFunctionsAt } from '../../skills/api/domains.ts';
import { apiChoice, apiFor, namedTypes } from '../../skills/api/policy-api.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { CONSOLE_TIERS, type TaskSummary } from '../ipc/console-contract.ts';
import { hasGenericExpert, hasOwnExpert, openTask, taskNames } from './installation.ts';

let listed: readonly TaskSummary[] | undefined;

/** Every task and family of this installation, by name. */
export function taskSummaries(): readonly TaskSummary[] {
  listed ??= taskNames().map(summaryOf);
  return listed;
}

function summaryOf(name: string): TaskSummary {
  const { task } = openTask(name).taskFor(0);
  const family = TASK_FAMILIES.find((one) => one.name === name);
  const tiers = CONSOLE_TIERS.filter((tier) => hasFunctionsAt(task.api, agentMode(tier).tier));
  const hasExpert = (tier: Tier) => hasOwnExpert(name, tier) || hasGenericExpert(task, tier);
  return {
    name,
    title: titleOf(name),
    instruction: (family ?? task).instruction.trim(),
    goal: family === undefined ? describeGoal(task.goal) : 'drawn with each seed',
    suite: family?.groups?.[0] ?? (task.api === 'arm' ? 'manipulation' : task.api),
    arms: task.robot.arms,
    tiers,
    experts: tiers.filter((tier) => hasExpert(agentMode(tier).tier)),
  };
}

/** "cube-lift" as people write it: "Cube lift". */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** The functions of a task at a tier, for the editor. */
export function editorApi(task: Task, tier: Tier) {
  const api = apiFor(apiChoice(task, tier));
  const named = namedTypes(api);
  const types = named.map((type) => ({
    name: type.name,
    signature: namedTypeText(type, named),
    documentation: type.doc,
    risk: 'type',
  }));
  return {
    version: api.version,
    functions: [
      ...api.functions.map((one) => ({
        name: one.name,
        signature: signatureText(one, named),
        documentation: documentationOf(one),
        risk: one.risk,
      })),
      ...types,
    ],
    modules: GUEST_MODULES.map(({ specifier, declarations }) => ({ specifier, declarations })),
  };
}

function documentationOf({ summary, details, parameters, result, errors }: ApiFunction): string {
  return [
    [summary, details].filter((text) => text !== '').join(' '),
    ...parameters.map(({ name, doc }) => `${name}: ${doc}`),
    ...(result === null ? [] : [`returns: ${result.doc}`]),
    ...(errors.length === 0 ? [] : [`throws: ${errors.map(({ code }) => code).join(', ')}`]),
  ].join('\n');
}
