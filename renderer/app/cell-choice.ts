// Owns what the operator chooses to open: kept from time to time, corrected where a task does not have it. Must never open
// anything by itself but the cell of the very first start.

import {
  type CellChoice,
  type CONSOLE_TIERS,
  cellChoiceSchema,
  type TaskSummary,
  type Writer,
} from '../../electron/ipc/console-contract.ts';
import { useConsole } from './console-store.ts';
import { readKept, writeKept } from './kept.ts';
import { askSession } from './session-client.ts';

const KEY = 'capstan.choice.1';

/** Needs no key, no network and no robot. */
export const FIRST_CHOICE: CellChoice = {
  task: 'cube-lift',
  tier: 'S1',
  seed: 0,
  writer: { kind: 'expert' },
  caps: {},
};

export type Tier = (typeof CONSOLE_TIERS)[number];

/** The choice of last time. */
export function keptChoice(): CellChoice {
  try {
    return cellChoiceSchema.parse(JSON.parse(readKept(KEY) ?? ''));
  } catch {
    return FIRST_CHOICE;
  }
}

/** A choice that its task can be opened with: the tier it has, an expert only where there is one. */
export function fitting(choice: CellChoice, tasks: readonly TaskSummary[]): CellChoice {
  const task =
    tasks.find(({ name }) => name === choice.task) ?? tasks.find(({ name }) => name === FIRST_CHOICE.task) ?? tasks[0];
  if (task === undefined) return choice;
  const tier = task.tiers.includes(choice.tier) ? choice.tier : (task.tiers[0] ?? choice.tier);
  const hasExpert = task.experts.includes(tier);
  const writer: Writer = choice.writer.kind === 'expert' && !hasExpert ? { kind: 'operator' } : choice.writer;
  return { ...choice, task: task.name, tier, writer };
}

export function writerInWords(writer: Writer): string {
  switch (writer.kind) {
    case 'expert':
      return 'Expert';
    case 'operator':
      return 'Operator';
    case 'model':
      return writer.name.split(/[:#]/).pop() ?? writer.name;
  }
}

/** Opens a cell and remembers the choice. */
export async function openCell(choice: CellChoice): Promise<boolean> {
  writeKept(KEY, JSON.stringify(choice));
  return askSession('openCell', choice);
}

/** Why the cell cannot be ended now, in words. */
export function whyNotEnd(): string | undefined {
  const { state, holdsLease, session } = useConsole.getState();
  if (session.kind !== 'open') return 'This window is not connected to its session.';
  if (state === undefined || state.cell === null) return 'No cell is open.';
  if (state.phase === 'running') return 'A program runs. Stop it, or let it end.';
  return holdsLease ? undefined : 'This window does not hold control.';
}

/** Why another cell cannot be opened now, in words. */
export function whyNotOpen(): string | undefined {
  const { state, session } = useConsole.getState();
  if (session.kind !== 'open') return 'This window is not connected to its session.';
  if (state?.phase === 'opening') return 'A cell is being opened.';
  return (state?.cell ?? null) === null ? undefined : whyNotEnd();
}

export async function endCell(): Promise<void> {
  await askSession('endCell', {});
}
