// Owns how what a session has used is said against its caps. Pure. Must never call a price known that is not.

import type { ConsoleState } from '../../../electron/ipc/console-contract.ts';

type Budget = NonNullable<ConsoleState['budget']>;

export interface BudgetRow {
  readonly what: string;
  /** As "$0.12 of $1.00". */
  readonly text: string;
  /** Share of the cap, 0 and up; null without one. */
  readonly share: number | null;
}

const usd = (value: number) => `$${value < 0.1 && value > 0 ? value.toFixed(4) : value.toFixed(2)}`;
const count = (value: number) => (value >= 10_000 ? `${(value / 1000).toFixed(1)} k` : String(Math.round(value)));
const seconds = (value: number) =>
  value < 120 ? `${value.toFixed(0)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;

export function budgetRows(budget: Budget): readonly BudgetRow[] {
  const { caps, unpricedCalls } = budget;
  const row = (what: string, used: number, cap: number | undefined, words: (value: number) => string): BudgetRow => ({
    what,
    text: cap === undefined ? words(used) : `${words(used)} of ${words(cap)}`,
    share: cap === undefined || cap === 0 ? null : used / cap,
  });
  const cost = row('Cost', budget.costUsd, caps.costUsd, usd);
  return [
    unpricedCalls === 0 ? cost : { ...cost, text: `${cost.text}, and ${unpricedCalls} of unknown price` },
    row('Requests', budget.calls, caps.calls, count),
    row('Tokens', budget.tokens, caps.tokens, count),
    row('Turns', budget.turns, caps.turns, count),
    row('Time', budget.wallS, caps.wallS, seconds),
  ];
}
