// What a comparison counts, what it claims, and where it may stop: trials made up here, judged by counting.

import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import { armPairs, comparisonInWords, comparisonsOf, pInWords, reachInWords } from '../../skills/bench/comparison.ts';
import { compareFolders } from '../../skills/bench/pair-folders.ts';
import { EarlyStop, trialUnits } from '../../skills/bench/trial-queue.ts';
import { type Arm, armKey, armName, type TrialRecord } from '../../skills/bench/trial-record.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

function arm(changes: Partial<Arm> = {}): Arm {
  return { task: 'cube-lift', tier: 'S1', policy: 'expert', perturbation: 'none', ...changes };
}

function trial(of: Arm, seed: number, success: boolean): TrialRecord {
  return {
    ...of,
    seed,
    success,
    stage: success ? null : 'grasp',
    message: success ? 'the goal holds' : 'nothing between the fingers',
    progress: success ? 1 : 0,
    calls: 5,
    traceHash: 'a'.repeat(64),
    simSeconds: 3,
    wallSeconds: 0.1,
    openSeconds: 0.05,
  };
}

/** Trials of seeds from 0 on: "1" succeeded, "0" failed, " " not run. */
function trials(of: Arm, outcomes: string): TrialRecord[] {
  return [...outcomes].flatMap((outcome, seed) => (outcome === ' ' ? [] : [trial(of, seed, outcome === '1')]));
}

const EXPERT = arm();
const MINE = arm({ policy: '/home/a/mine.ts' });

function compared(first: string, second: string, rule: 'fixed' | 'anytime' = 'fixed') {
  const all = new Map([
    [armKey(EXPERT), trials(EXPERT, first)],
    [armKey(MINE), trials(MINE, second)],
  ]);
  const [comparison] = comparisonsOf([EXPERT, MINE], (one) => all.get(armKey(one)) ?? [], 'policies', rule);
  return comparison;
}

describe('a comparison inside one benchmark', () => {
  it('counts equal seeds only, lists those that differ, and says what it dropped', () => {
    const comparison = compared('1111 01', '1010111');
    expect(comparison).toMatchObject({
      what: 'cube-lift S1',
      first: 'expert',
      second: 'mine.ts',
      pairs: 6,
      counts: { both: 3, onlyFirst: 2, onlySecond: 1, neither: 0 },
      onlyFirst: ['1', '3'],
      onlySecond: ['5'],
      dropped: { first: 0, second: 1 },
      shown: 'no difference shown',
    });
    const words = comparisonInWords(comparison).join('\n');
    expect(words).toContain('no difference shown');
    expect(words).toContain('difference -16.7 points');
    expect(words).toContain('only "expert": 1, 3');
    expect(words).toMatch(/not counted.*0 seeds of "expert", 1 of "mine.ts"/);
  });

  it('names the better one only when the exact test shows it', () => {
    expect(compared('111111', '000000')).toMatchObject({ p: 0.03125, shown: 'first better' });
    expect(compared('11111', '00000')).toMatchObject({ p: 0.0625, shown: 'no difference shown' });
    expect(comparisonInWords(compared('000000', '111111')).join('\n')).toContain('"mine.ts" is better');
  });

  it('tells what the models of both used on the seeds that count, and no cost where one is unknown', () => {
    const by = (policy: string, tokens: number, costUsd?: number) =>
      trials(arm({ policy }), '11').map((one) => ({
        ...one,
        modelUse: { turns: 2, requests: 3, tokens: tokens + one.seed * 100 },
        ...(costUsd === undefined ? {} : { costUsd }),
      }));
    const names = { first: 'a', second: 'b' };
    const priced = compareFolders(by('m', 1000, 0.01), by('m', 2000), names, 'fixed').comparisons[0];
    expect(priced.modelUse).toEqual({
      first: { turns: 2, requests: 3, tokens: 1050, costUsd: 0.01 },
      second: { turns: 2, requests: 3, tokens: 2050 },
    });
    expect(comparisonInWords(priced).join('\n')).toContain(
      'per trial: "a" 2.0 turns, 3.0 requests, 1050 tokens, 0.010 USD; "b" 2.0 turns, 3.0 requests, 2050 tokens, cost unknown',
    );
    const [half] = compareFolders(by('m', 1000, 0.01), trials(arm({ policy: 'm' }), '10'), names, 'fixed').comparisons;
    expect(comparisonInWords(half).join('\n')).toContain('"b" asked no model');
    expect(compared('10', '01')).not.toHaveProperty('modelUse');
  });

  it('stops at the seed at which the anytime-valid test crosses, and does not look behind it', () => {
    const comparison = compared('1'.repeat(20), `${'0'.repeat(10)}${'1'.repeat(10)}`, 'anytime');
    expect(comparison).toMatchObject({ pairs: 7, shown: 'first better' });
    expect(comparisonInWords(comparison).join('\n')).toContain('after 7 seeds, over 20, so it may stop here');
    expect(compared('1'.repeat(20), `${'0'.repeat(6)}${'1'.repeat(14)}`, 'anytime').shown).toBe('no difference shown');
  });

  it('pairs one respect at a time, and the unchanged task with each change', () => {
    const arms = ['none', 'position', 'object'].flatMap((perturbation) =>
      ['S1', 'S3'].map((tier) => arm({ perturbation, tier })),
    );
    const names = (by: 'tiers' | 'perturbations') =>
      armPairs(arms, by).map(({ first, second }) => `${armName(first)} / ${armName(second)}`);
    expect(names('perturbations')).toEqual([
      'cube-lift S1 / cube-lift S1, position',
      'cube-lift S1 / cube-lift S1, object',
      'cube-lift S3 / cube-lift S3, position',
      'cube-lift S3 / cube-lift S3, object',
    ]);
    expect(names('tiers')).toHaveLength(3);
    expect(armPairs(arms, 'policies')).toEqual([]);
  });

  it('sums up over tasks where there are several', () => {
    const arms = ['a', 'b'].flatMap((task) => ['expert', 'x.ts'].map((policy) => arm({ task, policy })));
    const list = comparisonsOf(
      arms,
      (one) => trials(one, one.policy === 'expert' ? '1111' : '1000'),
      'policies',
      'fixed',
    );
    expect(list.map(({ what, pairs, p }) => [what, pairs, p])).toEqual([
      ['a S1', 4, 0.25],
      ['b S1', 4, 0.25],
      ['all tasks', 8, 0.03125],
    ]);
  });

  it('says before what its seeds can show at all', () => {
    expect(reachInWords(5)).toContain('cannot show any difference: at least 6 seeds must differ');
    expect(reachInWords(100)).toContain('no difference below 6.0 points can show');
  });

  it('never prints a probability of 0', () => {
    expect([0, 1e-9, 0.012345, 0.5, 1].map(pInWords)).toEqual([
      'p < 0.0001',
      'p < 0.0001',
      'p = 0.012',
      'p = 0.50',
      'p = 1.00',
    ]);
  });
});

describe('a comparison of two folders', () => {
  const names = { first: 'before', second: 'after' };

  it('pairs by task, tier, perturbation and seed, whatever the program', () => {
    const { comparisons, unpaired } = compareFolders(
      [...trials(EXPERT, '111'), ...trials(arm({ task: 'cube-stack' }), '1')],
      [...trials(MINE, '1101'), ...trials(arm({ perturbation: 'position' }), '1')],
      names,
      'fixed',
    );
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({
      what: 'cube-lift S1 (expert | mine.ts)',
      pairs: 3,
      dropped: { first: 0, second: 1 },
    });
    expect(unpaired).toEqual(['cube-stack S1 expert: only in before', 'cube-lift S1 expert, position: only in after']);
  });

  it('pairs equal programs where there are several, and different tiers where there is one each', () => {
    const two = compareFolders(
      [...trials(EXPERT, '11'), ...trials(MINE, '10')],
      [...trials(MINE, '11'), ...trials(EXPERT, '01')],
      names,
      'fixed',
    );
    expect(two.comparisons.map(({ what, onlyFirst, onlySecond }) => [what, onlyFirst, onlySecond])).toEqual([
      ['cube-lift S1', ['0'], []],
      ['cube-lift S1', [], ['1']],
      ['all together', ['0'], ['1']],
    ]);
    const tiers = compareFolders(trials(EXPERT, '11'), trials(arm({ tier: 'S3' }), '10'), names, 'fixed');
    expect(tiers.comparisons[0]).toMatchObject({ what: 'cube-lift (S1 | S3)', pairs: 2 });
  });
});

describe('stopping early', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => 100 + index);
  const second = arm({ perturbation: 'position' });
  const pairs = armPairs([EXPERT, second], 'perturbations');

  it('ends at the same seed in whatever order the trials end', () => {
    const random = createRandomStream(SEED, 'early stop test');
    const fails = new Set(seeds.filter(() => random.next() < 0.6));
    const ends = Array.from({ length: 30 }, () => {
      const early = new EarlyStop(pairs, seeds);
      const units = trialUnits([EXPERT, second], seeds, 'by seed')
        .map((unit) => ({ unit, at: random.next() }))
        .sort((a, b) => a.at - b.at);
      for (const { unit } of units) {
        early.observe(unit.arm, unit.seed, unit.arm === EXPERT || !fails.has(unit.seed));
      }
      return early.lastSeed(second);
    });
    expect(new Set(ends).size).toBe(1);
    const seventh = [...fails].sort((a, b) => a - b)[6];
    expect(ends[0]).toBe(seventh);
  });

  it('needs every trial up to that seed and none behind it, and leaves other arms alone', () => {
    const early = new EarlyStop(pairs, seeds);
    const other = arm({ task: 'cube-stack' });
    for (const seed of seeds) {
      if (!early.needs(second, seed)) break;
      early.observe(EXPERT, seed, true);
      early.observe(second, seed, false);
    }
    expect(early.lastSeed(second)).toBe(106);
    expect([early.needs(second, 106), early.needs(second, 107), early.needs(EXPERT, 107)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(early.needs(other, 159)).toBe(true);
  });

  it('keeps the unchanged arm running as long as any comparison needs it', () => {
    const third = arm({ perturbation: 'object' });
    const early = new EarlyStop(armPairs([EXPERT, second, third], 'perturbations'), seeds);
    for (const seed of seeds.slice(0, 10)) {
      early.observe(EXPERT, seed, true);
      early.observe(second, seed, false);
      early.observe(third, seed, true);
    }
    expect([early.needs(second, 110), early.needs(EXPERT, 110), early.needs(third, 110)]).toEqual([false, true, true]);
  });

  it('orders trials seed by seed within a task when arms are compared', () => {
    const arms = [EXPERT, second, arm({ task: 'cube-stack' })];
    const order = trialUnits(arms, [1, 2], 'by seed').map((unit) => `${armName(unit.arm)} ${unit.seed}`);
    expect(order).toEqual([
      'cube-lift S1 1',
      'cube-lift S1, position 1',
      'cube-lift S1 2',
      'cube-lift S1, position 2',
      'cube-stack S1 1',
      'cube-stack S1 2',
    ]);
  });
});
