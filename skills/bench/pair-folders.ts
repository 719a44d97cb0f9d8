// Owns which trials of two benchmarks are pairs: the same task, perturbation and seed, and the same tier and program
// wherever both have more than one. What differs otherwise (version, program, tier) is what is compared.

import { type Comparison, compare, pairSeeds, type SeedPair } from './comparison.ts';
import { type Arm, armKey, policyName, type TrialRecord } from './trial-record.ts';

export interface FolderComparison {
  readonly comparisons: readonly Comparison[];
  /** Arms that only one of the folders has, in words. */
  readonly unpaired: readonly string[];
}

/**
 * Compares all trials of the first folder with those of the second.
 * @param names of the folders, for the words
 */
export function compareFolders(
  first: readonly TrialRecord[],
  second: readonly TrialRecord[],
  names: { readonly first: string; readonly second: string },
  rule: Comparison['rule'],
): FolderComparison {
  const [firstArms, secondArms] = [groupByArm(first), groupByArm(second)];
  const comparisons: Comparison[] = [];
  const unpaired: string[] = [];
  const all: SeedPair[] = [];
  const tasks = new Set<string>();
  const dropped = { first: 0, second: 0 };
  const partners = new Set<string>();
  for (const { arm, trials } of firstArms) {
    const partner = partnerOf(arm, firstArms, secondArms);
    if (partner === undefined) {
      unpaired.push(`${describe(arm)}: only in ${names.first}`);
      continue;
    }
    partners.add(armKey(partner.arm));
    const paired = pairSeeds(trials, partner.trials);
    const one = compare(paired.pairs, {
      what: whatOf(arm, partner.arm),
      first: names.first,
      second: names.second,
      dropped: paired.dropped,
      rule,
    });
    comparisons.push(one);
    all.push(...paired.pairs.slice(0, one.pairs));
    tasks.add(arm.task);
    dropped.first += paired.dropped.first;
    dropped.second += paired.dropped.second;
  }
  for (const { arm } of secondArms) {
    if (!partners.has(armKey(arm))) unpaired.push(`${describe(arm)}: only in ${names.second}`);
  }
  if (comparisons.length > 1) {
    // Each comparison may have ended early: their sum is described, not tested again seed by seed.
    comparisons.push(compare(all, { what: 'all together', ...names, dropped, rule: 'fixed' }));
  }
  return { comparisons, unpaired };
}

interface ArmTrials {
  readonly arm: Arm;
  readonly trials: readonly TrialRecord[];
}

function groupByArm(trials: readonly TrialRecord[]): ArmTrials[] {
  const groups = new Map<string, { arm: Arm; trials: TrialRecord[] }>();
  for (const trial of trials) {
    const group = groups.get(armKey(trial)) ?? { arm: trial, trials: [] };
    group.trials.push(trial);
    groups.set(armKey(trial), group);
  }
  return [...groups.values()];
}

/** The arm of the other folder: tier and program must agree only where there is a choice. */
function partnerOf(arm: Arm, mine: readonly ArmTrials[], others: readonly ArmTrials[]): ArmTrials | undefined {
  const sameTask = (one: ArmTrials) => one.arm.task === arm.task && one.arm.perturbation === arm.perturbation;
  const [here, there] = [mine.filter(sameTask), others.filter(sameTask)];
  const sameTier = there.filter((one) => one.arm.tier === arm.tier);
  const candidates = sameTier.length > 0 ? sameTier : there.length === 1 && here.length === 1 ? there : [];
  const rivals = here.filter((one) => one.arm.tier === arm.tier);
  if (candidates.length === 1 && rivals.length === 1) return candidates[0];
  return candidates.find((one) => one.arm.policy === arm.policy);
}

function describe({ task, tier, policy, perturbation }: Arm): string {
  return `${task} ${tier} ${policyName(policy)}${perturbation === 'none' ? '' : `, ${perturbation}`}`;
}

/** "cube-lift S1", or with what differs: "cube-lift S1 (expert | lift.ts)". */
function whatOf(first: Arm, second: Arm): string {
  const differing = [
    ...(first.tier === second.tier ? [] : [`${first.tier} | ${second.tier}`]),
    ...(first.policy === second.policy ? [] : [`${policyName(first.policy)} | ${policyName(second.policy)}`]),
  ];
  const name = `${first.task}${first.tier === second.tier ? ` ${first.tier}` : ''}${first.perturbation === 'none' ? '' : `, ${first.perturbation}`}`;
  return differing.length === 0 ? name : `${name} (${differing.join('; ')})`;
}
