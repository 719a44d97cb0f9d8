// Owns the signs of life that motion depends on: who must beat, and how old a beat may be. Must never beat by itself
// for anybody, and never asks a clock other than the one it was given.

import type { RobotIdentity } from '../robot.ts';
import { GateRefusal, inWords } from './refusal.ts';

/**
 * Who can beat. 'window' and 'session' beat by themselves about ten times a second; 'stop-channel' beats when the stop
 * channel has echoed a challenge; 'hardware-button' beats with every frame that reads closed.
 */
export type BeatSource = 'window' | 'session' | 'stop-channel' | 'hardware-button';

export interface BeatRule {
  readonly source: BeatSource;
  /** Oldest beat with which a block may start, seconds. */
  readonly toStartS: number;
  /** Oldest beat while a block runs, seconds; an older one is a stop. 'any': it matters only at the start. */
  readonly toRunS: number | 'any';
}

/** 250 ms is two lost beats and the jitter of a desktop system; below 200 ms Electron trips falsely. */
export const SESSION_BEAT: BeatRule = { source: 'session', toStartS: 1, toRunS: 0.25 };
export const WINDOW_BEAT: BeatRule = { source: 'window', toStartS: 1, toRunS: 0.25 };
export const STOP_CHANNEL_ECHO: BeatRule = { source: 'stop-channel', toStartS: 1, toRunS: 'any' };
export const HARDWARE_BUTTON_CLOSED: BeatRule = { source: 'hardware-button', toStartS: 1, toRunS: 0.25 };

/** Bounds of the rules' figures, seconds: below, desktops trip falsely; above, a frozen console moves an arm. */
export const BEAT_LIMITS_S = { least: 0.15, most: 1 } as const;

/** Sources without which a real arm never moves. */
const NEEDED_FOR_REAL: readonly BeatSource[] = ['window', 'session', 'stop-channel'];

/** Age of the last beat of one source, seconds; null when it has never beaten. */
export interface BeatAge {
  readonly source: BeatSource;
  readonly ageS: number | null;
}

export interface Beats {
  /** Notes a beat of this source, now. */
  beat(source: BeatSource): void;
  /** Required sources whose last beat is too old to start a block, or to go on with one. */
  late(phase: 'start' | 'run'): readonly BeatAge[];
  /** Ages of all required sources, for the record. */
  ages(): readonly BeatAge[];
}

/**
 * @param nowS a clock that never runs backwards, seconds
 * @param heardS when a source was last heard outside of this thread, by the same clock; undefined for never
 * @throws GateRefusal BAD_CONFIGURATION when the rules are too weak for this kind of robot
 */
export function createBeats(
  rules: readonly BeatRule[],
  kind: RobotIdentity['kind'],
  nowS: () => number,
  heardS: (source: BeatSource) => number | undefined = () => undefined,
): Beats {
  assertRules(rules, kind);
  const lastBeatS = new Map<BeatSource, number>();
  const age = (source: BeatSource): BeatAge => {
    const told = lastBeatS.get(source);
    const heard = heardS(source);
    const beatS = told === undefined || (heard !== undefined && heard > told) ? heard : told;
    return { source, ageS: beatS === undefined ? null : nowS() - beatS };
  };
  // Written so that an age that does not compare, or a clock that ran backwards, counts as late.
  const isFresh = (ageS: number | null, limitS: number) => ageS !== null && ageS >= 0 && ageS <= limitS;
  return {
    beat(source) {
      lastBeatS.set(source, nowS());
    },
    late(phase) {
      const tooOld: BeatAge[] = [];
      for (const { source, toStartS, toRunS } of rules) {
        const limitS = phase === 'start' ? toStartS : toRunS;
        if (limitS === 'any') continue;
        const found = age(source);
        if (!isFresh(found.ageS, limitS)) tooOld.push(found);
      }
      return tooOld;
    },
    ages: () => rules.map(({ source }) => age(source)),
  };
}

/** Late sources in words: "no beat from the window for 0.31 s, none ever from the session". */
export function lateInWords(late: readonly BeatAge[]): string {
  return late
    .map(({ source, ageS }) => `no beat from the ${source} ${ageS === null ? 'ever' : `for ${inWords(ageS)} s`}`)
    .join(', ');
}

function assertRules(rules: readonly BeatRule[], kind: RobotIdentity['kind']): void {
  const sources = rules.map((rule) => rule.source);
  if (new Set(sources).size !== sources.length) throw badRules('one source is named twice');
  for (const { source, toStartS, toRunS } of rules) {
    const { least, most } = BEAT_LIMITS_S;
    const inBounds = (limitS: number) => limitS >= least && limitS <= most;
    if (!inBounds(toStartS) || (toRunS !== 'any' && !inBounds(toRunS))) {
      throw badRules(`the limits of the ${source} beat must lie within ${least} s and ${most} s`);
    }
  }
  if (kind === 'simulated') return;
  const missing = NEEDED_FOR_REAL.filter((source) => !sources.includes(source));
  if (missing.length > 0) throw badRules(`a real arm also needs a beat from: ${missing.join(', ')}`);
  const unwatched = rules.find(({ source, toRunS }) => source !== 'stop-channel' && toRunS === 'any');
  if (unwatched !== undefined) throw badRules(`the ${unwatched.source} beat must be watched while a real arm moves`);
}

function badRules(what: string): GateRefusal {
  return new GateRefusal(
    'BAD_CONFIGURATION',
    `These beats cannot guard this robot: ${what}. No gate was made.`,
    'Correct the required beats; a real arm needs an attached console window.',
  );
}
