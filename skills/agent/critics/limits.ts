// Owns the small parts critics share: one finding per stretch of motion, and how close a point is to a box.

import type { Vec3 } from '../../../sim/spatial.ts';
import type { ArmSample, Box, Finding, PreviewTrace, TraceSample } from './trace.ts';

/** One thing said about one arm at one tick: how bad it is, and the words for the worst of its stretch. */
export interface Remark {
  readonly badness: number;
  readonly message: string;
}

/** More findings of one critic are not read. */
const MOST_FINDINGS = 3;
/** Remarks closer in time than this belong to one stretch, seconds. */
const ONE_STRETCH_S = 0.5;

/** Findings of what `look` remarks, each stretch by its worst tick. */
export function findingsOf(
  critic: string,
  trace: PreviewTrace,
  look: (arm: ArmSample, before: ArmSample | undefined, index: number, at: number) => Remark | undefined,
): readonly Finding[] {
  const found: Finding[] = [];
  const armCount = trace.samples[0]?.arms.length ?? 0;
  for (let index = 0; index < armCount; index++) {
    let worst: { readonly remark: Remark; readonly sample: TraceSample } | undefined;
    let lastS = Number.NEGATIVE_INFINITY;
    const close = () => {
      if (worst === undefined) return;
      const { remark, sample } = worst;
      found.push({ critic, message: remark.message, line: sample.line, timeS: sample.timeS });
      worst = undefined;
    };
    trace.samples.forEach((sample, at) => {
      const remark = look(sample.arms[index], trace.samples[at - 1]?.arms[index], index, at);
      if (remark === undefined) return;
      if (sample.timeS - lastS > ONE_STRETCH_S) close();
      lastS = sample.timeS;
      if (worst === undefined || remark.badness > worst.remark.badness) worst = { remark, sample };
    });
    close();
  }
  return found.sort((a, b) => a.timeS - b.timeS).slice(0, MOST_FINDINGS);
}

/** Distance of a point from an upright box, metres; 0 inside. */
export function distanceToBounds([x, y, z]: Vec3, { min, max }: Box): number {
  const [dx, dy, dz] = [x, y, z].map((value, axis) => Math.max(min[axis] - value, 0, value - max[axis]));
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

/** The same figure in words: "the arm" or "the left arm". */
export function nameOf({ samples }: PreviewTrace, { side }: ArmSample): string {
  return (samples[0]?.arms.length ?? 1) > 1 ? `the ${side} arm` : 'the arm';
}
