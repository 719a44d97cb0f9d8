// Owns the hard caps of a session or a benchmark: cost, calls, tokens, turns, wall time. What a request could use at
// worst is set aside before it is sent, here and in every budget above, so that requests at the same time cannot pass
// a cap together. Must never be lifted by a model or a program.

import { ModelError, NO_USAGE } from './model.ts';

export interface Caps {
  readonly costUsd?: number;
  /** Requests sent, those included that failed. */
  readonly calls?: number;
  /** Of input and output together. */
  readonly tokens?: number;
  readonly turns?: number;
  /** Since the budget was made, less the time in which a person was waited for; seconds. */
  readonly wallS?: number;
}

/** Tokens, and US dollars or null when the price is not known. */
export interface Charge {
  readonly tokens: number;
  readonly costUsd: number | null;
}

export interface Spending {
  /** Of the requests whose price is known. */
  readonly costUsd: number;
  readonly calls: number;
  readonly tokens: number;
  readonly turns: number;
  readonly wallS: number;
}

export interface BudgetState {
  readonly caps: Caps;
  readonly spent: Spending;
  /** Set aside for the requests that are under way. */
  readonly reserved: { readonly requests: number; readonly costUsd: number; readonly tokens: number };
  /** Requests that are in no cost, because their price is not known. */
  readonly unpricedCalls: number;
}

/** What one request may use; settled exactly once, with what it did use. */
export interface Reservation {
  settle(used: Charge): void;
}

export interface BudgetOptions {
  /** For messages: whose caps these are. */
  readonly of?: 'session' | 'benchmark';
  /** Everything is charged there too, and its caps hold as well. */
  readonly parent?: Budget;
  /** Monotonic seconds. */
  readonly nowS?: () => number;
  /** Called after every change of what is spent or set aside. */
  readonly onChange?: (state: BudgetState) => void;
}

export class Budget {
  readonly #caps: Caps;
  readonly #of: string;
  readonly #parent: Budget | undefined;
  readonly #nowS: () => number;
  readonly #onChange: (state: BudgetState) => void;
  readonly #open = new Set<Charge>();
  readonly #startS: number;
  #costUsd = 0;
  #calls = 0;
  #tokens = 0;
  #turns = 0;
  #unpricedCalls = 0;
  #waits = 0;
  #waitStartS = 0;
  #waitedS = 0;

  constructor(caps: Caps = {}, options: BudgetOptions = {}) {
    for (const [name, cap] of Object.entries(caps)) {
      if (cap !== undefined && !(cap >= 0)) throw new RangeError(`the cap ${name} must be 0 or more, not ${cap}`);
    }
    this.#caps = caps;
    this.#of = options.of ?? 'session';
    this.#parent = options.parent;
    this.#nowS = options.nowS ?? (() => performance.now() / 1000);
    this.#onChange = options.onChange ?? (() => undefined);
    this.#startS = this.#nowS();
  }

  /** Whether a cap in US dollars holds here or above: then only models of known price may be asked. */
  get capsCost(): boolean {
    return this.#caps.costUsd !== undefined || (this.#parent?.capsCost ?? false);
  }

  state(): BudgetState {
    let costUsd = 0;
    let tokens = 0;
    for (const charge of this.#open) {
      costUsd += charge.costUsd ?? 0;
      tokens += charge.tokens;
    }
    return {
      caps: this.#caps,
      spent: {
        costUsd: this.#costUsd,
        calls: this.#calls,
        tokens: this.#tokens,
        turns: this.#turns,
        wallS: this.#wallS(),
      },
      reserved: { requests: this.#open.size, costUsd, tokens },
      unpricedCalls: this.#unpricedCalls,
    };
  }

  /** @throws ModelError OVER_BUDGET when no turn, or no time, is left */
  startTurn(): void {
    const chain = this.#chain();
    for (const budget of chain) budget.#admitTurn();
    for (const budget of chain) {
      budget.#turns += 1;
      budget.#onChange(budget.state());
    }
  }

  /**
   * Sets aside what a request could use at worst.
   * @throws ModelError OVER_BUDGET when that could pass a cap; nothing is set aside then
   */
  reserve(worst: Charge): Reservation {
    const chain = this.#chain();
    for (const budget of chain) budget.#admit(worst);
    // A fresh object: two requests may come with one and the same charge.
    const aside = { ...worst };
    for (const budget of chain) {
      budget.#open.add(aside);
      budget.#calls += 1;
      budget.#onChange(budget.state());
    }
    let settled = false;
    return {
      settle: (used) => {
        if (settled) throw new Error('a reservation is settled once');
        settled = true;
        for (const budget of chain) budget.#settle(aside, used);
      },
    };
  }

  /** Waits for a person; that time is not the session's. */
  async whileWaiting<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#waitStartS = this.#nowS();
    try {
      return await wait();
    } finally {
      if (--this.#waits === 0) this.#waitedS += this.#nowS() - this.#waitStartS;
    }
  }

  /** This budget and those above. */
  #chain(): readonly Budget[] {
    return this.#parent === undefined ? [this] : [this, ...this.#parent.#chain()];
  }

  #wallS(): number {
    const waitingS = this.#waits === 0 ? 0 : this.#nowS() - this.#waitStartS;
    return this.#nowS() - this.#startS - this.#waitedS - waitingS;
  }

  #admitTurn(): void {
    this.#admitTime();
    const { turns } = this.#caps;
    if (turns !== undefined && this.#turns >= turns) throw this.#over(`all ${turns} turns are used`);
  }

  #admitTime(): void {
    const { wallS } = this.#caps;
    if (wallS !== undefined && this.#wallS() >= wallS) throw this.#over(`its ${wallS} s are over`);
  }

  #admit(worst: Charge): void {
    this.#admitTime();
    const { costUsd, calls, tokens } = this.#caps;
    const { spent, reserved } = this.state();
    if (calls !== undefined && spent.calls >= calls) throw this.#over(`all ${calls} requests are used`);
    if (tokens !== undefined && spent.tokens + reserved.tokens + worst.tokens > tokens) {
      throw this.#over(
        `of ${tokens} tokens, ${spent.tokens} are spent${underWay(reserved.requests, `${reserved.tokens}`)}, and this request could use ${worst.tokens}`,
      );
    }
    if (costUsd === undefined) return;
    if (worst.costUsd === null) throw unpriced();
    if (spent.costUsd + reserved.costUsd + worst.costUsd > costUsd) {
      throw this.#over(
        `of ${usd(costUsd)}, ${usd(spent.costUsd)} are spent${underWay(reserved.requests, usd(reserved.costUsd))}, and this request could cost ${usd(worst.costUsd)}`,
      );
    }
  }

  #settle(aside: Charge, used: Charge): void {
    this.#open.delete(aside);
    this.#tokens += used.tokens;
    if (used.costUsd === null) this.#unpricedCalls += 1;
    else this.#costUsd += used.costUsd;
    this.#onChange(this.state());
  }

  #over(why: string): ModelError {
    return new ModelError(
      'OVER_BUDGET',
      `The ${this.#of}'s budget does not allow this: ${why}. Nothing was sent.`,
      'Raise the cap and start again, or take the result as it is.',
      { usage: NO_USAGE },
    );
  }
}

/** A cap in US dollars cannot be kept with a model whose price is not known. */
export function unpriced(): ModelError {
  return new ModelError(
    'OVER_BUDGET',
    'The price of this model is not known, so a cap in US dollars cannot be kept. Nothing was sent.',
    'Cap calls or tokens instead of the cost, or choose a model with a known price.',
    { usage: NO_USAGE },
  );
}

function underWay(requests: number, amount: string): string {
  return requests === 0 ? '' : `, ${amount} set aside for ${requests} under way`;
}

/** US dollars with as many digits as small sums need. */
export function usd(amount: number): string {
  return amount === 0 || amount >= 0.995 ? `$${amount.toFixed(2)}` : `$${amount.toPrecision(2)}`;
}
