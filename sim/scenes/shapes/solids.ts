// Owns the shapes of one solid: box, cylinder, sphere.

import { IDENTITY_POSE } from '../../spatial.ts';
import type { Shape } from '../scene.ts';
import type { ShapeBuilder } from './built-shape.ts';

function single(shape: Shape) {
  return { parts: [{ shape, bodyFromPart: IDENTITY_POSE }], features: [] };
}

export const BOX: ShapeBuilder = {
  features: [],
  problem: () => undefined,
  build: (size) => single({ kind: 'box', size }),
};

/** Stands upright: the size is [diameter, diameter, height]. */
export const CYLINDER: ShapeBuilder = {
  features: [],
  problem: ([x, y]) =>
    x === y ? undefined : `a cylinder is as wide as it is deep: write its diameter twice, as [${x}, ${x}, height]`,
  build: ([diameter, , heightM]) => single({ kind: 'cylinder', radiusM: diameter / 2, heightM }),
};

export const SPHERE: ShapeBuilder = {
  features: [],
  problem: ([x, y, z]) =>
    x === y && y === z ? undefined : `a sphere has one diameter: write it three times, as [${x}, ${x}, ${x}]`,
  build: ([diameter]) => single({ kind: 'sphere', radiusM: diameter / 2 }),
};
