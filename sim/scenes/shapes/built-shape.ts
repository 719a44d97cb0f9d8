// Owns what a shape of the task file becomes: the solids of a body and its named places. Types only.

import type { Pose, Vec3 } from '../../spatial.ts';
import type { Shape } from '../scene.ts';
import type { Cavity } from './cavity.ts';

export interface BuiltPart {
  readonly shape: Shape;
  readonly bodyFromPart: Pose;
  /** Density of this part over the density of the body; 1 when left out. */
  readonly densityShare?: number;
  /** Key of the feature the part belongs to, as "handle". */
  readonly feature?: string;
}

export interface BuiltFeature {
  /** As the task file names it under `features`, e.g. "handle". */
  readonly key: string;
  readonly bodyFromFeature: Pose;
  /** Full side lengths of the box around it, metres. */
  readonly size: Vec3;
  /** It is round about its longest side. */
  readonly round?: true;
}

/** A body whose frame is at the centre of the box around it. */
export interface BuiltShape {
  readonly parts: readonly BuiltPart[];
  readonly features: readonly BuiltFeature[];
  /** Of shapes that can hold things. */
  readonly cavity?: Cavity;
}

export interface ShapeBuilder {
  /** Keys of the features this shape has, in order; fixed, whatever the size. */
  readonly features: readonly string[];
  /** True of shapes that have a cavity: goals may ask for something inside. */
  readonly hollow?: true;
  /** What is wrong with a size, in words that say how to mend it; undefined when it can be built. */
  problem(size: Vec3): string | undefined;
  /** @param size full side lengths of the box around the body, metres */
  build(size: Vec3): BuiltShape;
}
