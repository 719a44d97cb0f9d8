import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, type BudgetState, type Caps } from '../../skills/agent/budget.ts';
import { meteredModel } from '../../skills/agent/metered-model.ts';
import { type Model, ModelError, type ModelRequest, NO_USAGE } from '../../skills/agent/model.ts';
import { costUsd, type Price, worstCostUsd } from '../../skills/agent/prices.ts';
import { plainReply } from '../../skills/agent/providers/scripted.ts';
import { estimateInputTokens } from '../../skills/agent/token-estimate.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const PRICE: Price = { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 };
const NEVER = new AbortController().signal;
const ignore = () => undefined;

function requestOf(letters: number, maxOutputTokens: number): ModelRequest {
  const text = 'x'.repeat(letters);
  return {
    purpose: 'program',
    system: '',
    messages: [{ role: 'user', parts: [{ kind: 'text', text }] }],
    maxOutputTokens,
  };
}

/** What one request of the property does at its provider. */
interface Course {
  readonly letters: number;
  readonly maxOutputTokens: number;
  /** Shares of the estimated input and of the allowed output that the provider counts. */
  readonly inputShare: number;
  readonly outputShare: number;
  readonly end: 'reply' | 'turned-away' | 'stalled' | 'cut-off';
  /** Event-loop turns until it ends. */
  readonly delay: number;
  readonly startsAfter: number;
}

const course: fc.Arbitrary<Course> = fc.record({
  letters: fc.integer({ min: 1, max: 3000 }),
  maxOutputTokens: fc.integer({ min: 1, max: 2000 }),
  inputShare: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  outputShare: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  end: fc.constantFrom('reply', 'turned-away', 'stalled', 'cut-off'),
  delay: fc.integer({ min: 0, max: 6 }),
  startsAfter: fc.integer({ min: 0, max: 12 }),
});

const caps: fc.Arbitrary<Caps> = fc.record(
  {
    costUsd: fc.integer({ min: 0, max: 60 }).map((milli) => milli / 1000),
    calls: fc.integer({ min: 0, max: 12 }),
    tokens: fc.integer({ min: 0, max: 12_000 }),
  },
  { requiredKeys: [] },
);

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A provider that bills what it is told, up to `excess` times what anybody could expect. */
function billing(
  courses: Map<ModelRequest, Course>,
  bill: (usage: { cost: number; tokens: number }) => void,
  excess = 1,
) {
  const model: Model = {
    name: 'https://provider.example/v1#billing',
    seesImages: true,
    async ask(request) {
      const { inputShare, outputShare, end, delay } = courses.get(request)!;
      await turns(delay);
      const usage = {
        inputTokens: Math.floor(estimateInputTokens(request) * inputShare * excess),
        cachedInputTokens: 0,
        outputTokens: Math.floor(request.maxOutputTokens * outputShare * excess),
      };
      if (end === 'turned-away') throw new ModelError('RATE_LIMITED', 'too many requests', '', { usage: NO_USAGE });
      bill({ cost: costUsd(PRICE, usage), tokens: usage.inputTokens + usage.outputTokens });
      if (end === 'stalled') throw new ModelError('STALLED', 'nothing came', '');
      if (end === 'cut-off') throw new ModelError('CUT_OFF', 'too long', '', { usage });
      return { ...plainReply(request, { text: 'x' }, ignore), usage };
    },
  };
  return model;
}

/** Asks all courses at their times and says what was billed. */
async function run(courses: readonly Course[], budgets: (index: number) => Budget, excess = 1) {
  const requests = new Map(courses.map((course) => [requestOf(course.letters, course.maxOutputTokens), course]));
  const billed = { cost: 0, tokens: 0, calls: 0 };
  const model = billing(
    requests,
    ({ cost, tokens }) => {
      billed.cost += cost;
      billed.tokens += tokens;
    },
    excess,
  );
  const counted: Model = {
    ...model,
    ask: (...request) => {
      billed.calls += 1;
      return model.ask(...request);
    },
  };
  const refused: ModelError[] = [];
  await Promise.all(
    [...requests].map(async ([request, { startsAfter }], index) => {
      await turns(startsAfter);
      await meteredModel(counted, budgets(index), PRICE)
        .ask(request, ignore, NEVER)
        .catch((error: ModelError) => {
          if (error.code === 'OVER_BUDGET') refused.push(error);
        });
    }),
  );
  return { billed, refused };
}

const settled = ({ reserved }: BudgetState) => expect(reserved).toEqual({ requests: 0, costUsd: 0, tokens: 0 });

describe('a budget', () => {
  it('is never exceeded by requests at the same time that keep within what they announced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(course, { maxLength: 20 }), caps, caps, async (courses, above, below) => {
        const parent = new Budget(above, { of: 'benchmark' });
        const children = [new Budget(below, { parent }), new Budget(below, { parent })];
        const { billed, refused } = await run(courses, (index) => children[index % 2]);
        const states = [parent, ...children].map((budget) => budget.state());
        for (const { spent, caps } of states) {
          expect(spent.costUsd).toBeLessThanOrEqual((caps.costUsd ?? Infinity) + 1e-12);
          expect(spent.tokens).toBeLessThanOrEqual(caps.tokens ?? Infinity);
          expect(spent.calls).toBeLessThanOrEqual(caps.calls ?? Infinity);
        }
        for (const state of states) settled(state);
        const [{ spent }, ...lower] = states;
        // What is charged is at least what was billed, and the parent has the sum.
        expect(spent.costUsd).toBeGreaterThanOrEqual(billed.cost - 1e-12);
        expect(spent.tokens).toBeGreaterThanOrEqual(billed.tokens);
        expect(spent.calls).toBe(billed.calls);
        expect(spent.tokens).toBe(lower.reduce((sum, state) => sum + state.spent.tokens, 0));
        expect(billed.calls + refused.length).toBe(courses.length);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('is exceeded by no more than the one request in flight when a provider bills more than was announced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(course, { maxLength: 20 }), caps, async (courses, caps) => {
        const inTurn = courses.map((course) => ({ ...course, startsAfter: 0, delay: 0 }));
        const budget = new Budget(caps);
        for (const course of inTurn) {
          const before = budget.state().spent;
          const { billed } = await run([course], () => budget, 4);
          if (billed.calls === 0) continue;
          // It was sent, so everything before it left room for it.
          const worst = estimateInputTokens(requestOf(course.letters, 0)) + course.maxOutputTokens;
          expect(before.tokens + worst).toBeLessThanOrEqual(caps.tokens ?? Infinity);
          const worstUsd = worstCostUsd(PRICE, worst - course.maxOutputTokens, course.maxOutputTokens);
          expect(before.costUsd + worstUsd).toBeLessThanOrEqual((caps.costUsd ?? Infinity) + 1e-12);
        }
      }),
      { seed, numRuns: 100 },
    );
  });

  it('says what is spent, what is under way and what a request could cost', async () => {
    const budget = new Budget({ costUsd: 0.05 });
    const first = budget.reserve({ tokens: 1000, costUsd: 0.02 });
    first.settle({ tokens: 900, costUsd: 0.015 });
    budget.reserve({ tokens: 1000, costUsd: 0.02 });
    expect(() => budget.reserve({ tokens: 1000, costUsd: 0.02 })).toThrow(
      "The session's budget does not allow this: of $0.050, $0.015 are spent, $0.020 set aside for 1 under way, and this request could cost $0.020. Nothing was sent.",
    );
  });

  it('in US dollars refuses a model whose price is not known, and counts it where only others are capped', async () => {
    const request = requestOf(10, 10);
    const unpriced: Model = { name: 'x', seesImages: true, ask: async (r, on) => plainReply(r, { text: 'ok' }, on) };
    await expect(meteredModel(unpriced, new Budget({ costUsd: 1 }), null).ask(request, ignore, NEVER)).rejects.toThrow(
      /price of this model is not known/,
    );
    const parent = new Budget({ costUsd: 1 });
    const child = new Budget({}, { parent });
    expect(child.capsCost).toBe(true);
    await expect(meteredModel(unpriced, child, null).ask(request, ignore, NEVER)).rejects.toThrow(/not known/);
    const byCalls = new Budget({ calls: 1 });
    const reply = await meteredModel(unpriced, byCalls, null).ask(request, ignore, NEVER);
    expect(reply.costUsd).toBeNull();
    expect(byCalls.state()).toMatchObject({ spent: { costUsd: 0, calls: 1 }, unpricedCalls: 1 });
  });

  it('counts turns and ends with the last one', () => {
    const parent = new Budget({ turns: 3 }, { of: 'benchmark' });
    const first = new Budget({ turns: 2 }, { parent });
    first.startTurn();
    first.startTurn();
    expect(() => first.startTurn()).toThrow("The session's budget does not allow this: all 2 turns are used");
    const second = new Budget({ turns: 2 }, { parent });
    second.startTurn();
    expect(() => second.startTurn()).toThrow("The benchmark's budget does not allow this: all 3 turns are used");
    expect(second.state().spent.turns).toBe(1);
  });

  it('counts wall time, but not the time in which a person is waited for', async () => {
    let nowS = 100;
    const budget = new Budget({ wallS: 60 }, { nowS: () => nowS });
    nowS += 50;
    await budget.whileWaiting(async () => {
      nowS += 3000;
      await budget.whileWaiting(async () => {
        nowS += 3000;
      });
      expect(budget.state().spent.wallS).toBe(50);
    });
    expect(budget.state().spent.wallS).toBe(50);
    budget.reserve({ tokens: 1, costUsd: 0 });
    nowS += 10;
    expect(() => budget.reserve({ tokens: 1, costUsd: 0 })).toThrow(/its 60 s are over/);
    expect(() => budget.startTurn()).toThrow(/its 60 s are over/);
  });

  it('tells whoever shows it of every change', async () => {
    const seen: BudgetState[] = [];
    const budget = new Budget({ calls: 5 }, { onChange: (state) => seen.push(state) });
    budget.startTurn();
    budget.reserve({ tokens: 100, costUsd: 0.1 }).settle({ tokens: 40, costUsd: 0.04 });
    expect(seen.map(({ spent, reserved }) => [spent.turns, spent.calls, spent.tokens, reserved.tokens])).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 100],
      [1, 1, 40, 0],
    ]);
  });

  it('takes no cap that is no number', () => {
    expect(() => new Budget({ costUsd: Number.NaN })).toThrow(RangeError);
    expect(() => new Budget({ calls: -1 })).toThrow(/calls must be 0 or more/);
  });

  it('sends nothing that was cancelled before', async () => {
    const budget = new Budget();
    const asked = meteredModel(billing(new Map(), ignore), budget, PRICE);
    await expect(asked.ask(requestOf(1, 1), ignore, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(budget.state().spent.calls).toBe(0);
  });
});
