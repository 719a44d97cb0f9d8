// Owns the looks of the tools an arm can have instead of its fingers. Frames: the hand frame, and the faces' own bodies
// "tool_NAME", whose origin is the middle of the face. Metres. Must never decide where anything moves.

import { type Material, paint } from '../../cameras/material.ts';
import type { TriangleMesh } from '../../cameras/mesh.ts';
import { capsule, cylinder, roundedBox } from '../../cameras/shapes.ts';
import type { Vec3 } from '../../spatial.ts';
import { TOOLS, type ToolFace, type ToolKind } from './tools.ts';
import { BLACK, DARK_GREY } from './visual-part.ts';

export interface ToolVisual {
  /** Body it is fixed to, without the arm's prefix: "hand" or "tool_pad". */
  readonly body: string;
  readonly mesh: TriangleMesh;
  readonly material: Material;
}

const SPONGE_YELLOW: Material = paint([0.93, 0.77, 0.28], 0.95);
const FELT: Material = paint([0.2, 0.22, 0.3], 0.95);
const PEN_SHELL: Material = paint([0.12, 0.2, 0.5], 0.35);
const EDGE_M = 0.002;

function block(face: ToolFace, material: Material): ToolVisual {
  const size: Vec3 = [face.size[0], face.size[1], face.depthM];
  return {
    body: `tool_${face.name}`,
    mesh: roundedBox([0, 0, -face.depthM / 2], size, EDGE_M, 2),
    material,
  };
}

function fixed(index: number, kind: Exclude<ToolKind, 'hand'>, material: Material): ToolVisual {
  const shape = TOOLS[kind].fixed[index];
  const mesh =
    shape.kind === 'box'
      ? roundedBox(shape.centre, [2 * shape.halfSize[0], 2 * shape.halfSize[1], 2 * shape.halfSize[2]], EDGE_M, 2)
      : shape.kind === 'capsule'
        ? capsule(shape.from, shape.to, shape.radiusM, 24)
        : roundedBox(shape.centre, [shape.radiusM, shape.radiusM, shape.radiusM], EDGE_M, 2);
  return { body: 'hand', mesh, material };
}

function pad(): readonly ToolVisual[] {
  return [fixed(0, 'pad', DARK_GREY), block(TOOLS.pad.faces[0], SPONGE_YELLOW)];
}

function pen(): readonly ToolVisual[] {
  const [tip, eraser] = TOOLS.pen.faces;
  return [
    fixed(0, 'pen', PEN_SHELL),
    fixed(1, 'pen', DARK_GREY),
    { body: 'tool_tip', mesh: cylinder([0, 0, -tip.depthM], [0, 0, 0], tip.size[0] / 2, 0.0008, 16), material: BLACK },
    block(eraser, FELT),
  ];
}

const built = new Map<ToolKind, readonly ToolVisual[]>();

/** Looks of a tool; of the hand, nothing more than its own. The same array ever after. */
export function toolVisuals(kind: ToolKind): readonly ToolVisual[] {
  const known = built.get(kind);
  if (known !== undefined) return known;
  const made = kind === 'hand' ? [] : kind === 'pad' ? pad() : pen();
  built.set(kind, made);
  return made;
}
