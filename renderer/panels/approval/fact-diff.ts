// Owns what has changed between the predictions of two blocks: facts against facts. Pure. Must never compare words of a
// program or a model.

import type { CardPreview } from '../../../electron/ipc/console-contract.ts';

export interface FactChange {
  readonly fact: string;
  readonly before: string;
  readonly now: string;
  /** Attention: what a person should not miss, as a contact that was not there. */
  readonly weight: 'plain' | 'attention';
}

type Vector = readonly number[];

/** What a preview measured, as a card and as an episode's message tell it. */
export type Measured = Omit<
  CardPreview,
  'previewId' | 'workspace' | 'path' | 'rightPath' | 'contacts' | 'things' | 'closedLoop'
> & {
  readonly contacts?: readonly Contact[] | undefined;
  readonly workspace?: { readonly min: Vector; readonly max: Vector } | undefined;
  readonly path?: readonly Vector[] | undefined;
  readonly rightPath?: readonly Vector[] | undefined;
  readonly things?: readonly ThingFate[] | undefined;
};

type Contact = Omit<NonNullable<CardPreview['contacts']>[number], 'at'>;

export interface ThingFate {
  readonly name: string;
  readonly from: Vector;
  readonly to: Vector;
  readonly fellMPerS: number;
  readonly heldBy?: 'left' | 'right' | undefined;
  readonly on?: string | undefined;
}

/** Smaller changes of these are noise of the simulation, not news. */
const DURATION_NOISE_S = 0.1;
const PATH_NOISE_M = 0.01;
const SPEED_NOISE_M_PER_S = 0.01;

/** Length of a fingertip's way, metres. */
export function pathLengthM(path: Measured['path']): number | undefined {
  if (path === undefined) return undefined;
  let length = 0;
  for (let index = 1; index < path.length; index++) {
    const [a, b] = [path[index - 1], path[index]];
    length += Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  }
  return length;
}

/** Of both arms together. */
export function wayM({ path, rightPath }: Pick<Measured, 'path' | 'rightPath'>): number | undefined {
  const left = pathLengthM(path);
  const right = pathLengthM(rightPath);
  return left === undefined ? right : left + (right ?? 0);
}

/** Things that the hand or the tool met, or that were gripped, each once, in order. */
export function touchedObjects({ contacts, grips }: Pick<Measured, 'contacts' | 'grips'>): readonly string[] {
  const names = new Set<string>();
  for (const { a, b, kind } of contacts ?? []) {
    if (kind === 'unexpected') continue;
    // Parts of an arm are fingers, pads and pens; with two arms their side stands before a slash.
    const isPart = (name: string) => /finger|(^|\/)(pad|pen|hand)/.test(name);
    if (isPart(a) !== isPart(b)) names.add(isPart(a) ? b : a);
  }
  for (const { object } of grips ?? []) names.add(object);
  return [...names];
}

const unexpected = ({ contacts }: Pick<Measured, 'contacts'>) =>
  (contacts ?? []).filter(({ kind }) => kind === 'unexpected').map(({ a, b }) => `${a} with ${b}`);

/** Empty when nothing of note has changed; undefined when there is nothing to compare with. */
export function factChanges(before: Measured | null, now: Measured | null): readonly FactChange[] | undefined {
  if (before === null || now === null || before.outcome === 'skipped' || now.outcome === 'skipped') return undefined;
  const changes: FactChange[] = [];
  const add = (fact: string, was: string, is: string, weight: FactChange['weight'] = 'plain') => {
    if (was !== is) changes.push({ fact, before: was, now: is, weight });
  };
  const number = (
    fact: string,
    was: number | undefined,
    is: number | undefined,
    noise: number,
    words: (value: number) => string,
  ) => {
    if (was === undefined || is === undefined || Math.abs(was - is) <= noise) return;
    add(fact, words(was), words(is));
  };
  add('Preview', before.outcome, now.outcome, now.outcome === 'failed' ? 'attention' : 'plain');
  number('Duration', before.durationS, now.durationS, DURATION_NOISE_S, (value) => `${value.toFixed(1)} s`);
  number('Way of the fingertip', wayM(before), wayM(now), PATH_NOISE_M, (value) => `${value.toFixed(2)} m`);
  number(
    'Top speed',
    before.topToolSpeedMPerS,
    now.topToolSpeedMPerS,
    SPEED_NOISE_M_PER_S,
    (value) => `${value.toFixed(2)} m/s`,
  );
  add('Objects touched', listed(touchedObjects(before)), listed(touchedObjects(now)));
  const met = unexpected(now);
  add('Unexpected contacts', listed(unexpected(before)), listed(met), met.length > 0 ? 'attention' : 'plain');
  const gripped = (facts: Measured) => listed((facts.grips ?? []).map(({ object }) => object));
  add('Grips', gripped(before), gripped(now));
  const asks = (facts: Measured) => listed(facts.softExcesses.map(({ limit }) => limit));
  add('Limits asked for', asks(before), asks(now), now.softExcesses.length > 0 ? 'attention' : 'plain');
  const goal = (facts: Measured) => facts.predictedSuccess ?? 'unknown';
  add('Goal would hold', goal(before), goal(now));
  return changes;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
