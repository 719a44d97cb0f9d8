// Owns the list of shapes a task file may ask for. A shape added here is at once a word of the task file.

import type { ShapeBuilder } from './built-shape.ts';
import { BOWL, TRAY } from './containers.ts';
import { HAMMER } from './hammer.ts';
import { POT } from './pot.ts';
import { BOX, CYLINDER, SPHERE } from './solids.ts';
import { SQUARE_NUT } from './square-nut.ts';

export const SHAPES = {
  box: BOX,
  cylinder: CYLINDER,
  sphere: SPHERE,
  'square-nut': SQUARE_NUT,
  pot: POT,
  hammer: HAMMER,
  bowl: BOWL,
  tray: TRAY,
} as const satisfies Record<string, ShapeBuilder>;

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as [ShapeName, ...ShapeName[]];
