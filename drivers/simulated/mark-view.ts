// Owns what marks look like: flat discs on their surface, one mesh per layer. Must never change a mark.

import type { TriangleMesh } from '../../sim/cameras/mesh.ts';
import { cos, sin } from '../../sim/portable-math.ts';
import type { Marks } from '../../sim/tasks/marks.ts';

/** Marks have no thickness; in pictures they lie this high, so that rays meet them before their ground (m). */
const HEIGHT_M = 0.0003;
const CORNERS = 12;

const RIM = Array.from({ length: CORNERS }, (_, k) => {
  const angle = (2 * Math.PI * k) / CORNERS;
  return [cos(angle), sin(angle)] as const;
});

/** Discs of one layer as they lie now, in the base frame of arm 0; undefined when none is left. @param layer its number */
export function marksMesh(marks: Marks, layer: number): TriangleMesh | undefined {
  const { name, diameterM } = marks.layers[layer];
  const points = marks.points(name) ?? [];
  const count = points.length / 2;
  if (count === 0) return undefined;
  // Later layers lie on earlier ones.
  const z = marks.topM(layer) + HEIGHT_M * (layer + 1);
  const positions = new Float32Array(count * (CORNERS + 1) * 3);
  const normals = new Float32Array(positions.length);
  const indices = new Uint32Array(count * CORNERS * 3);
  for (let i = 0; i < count; i++) {
    const first = i * (CORNERS + 1);
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    positions.set([x, y, z], 3 * first);
    RIM.forEach(([c, s], k) => {
      positions.set([x + (c * diameterM) / 2, y + (s * diameterM) / 2, z], 3 * (first + 1 + k));
      indices.set([first, first + 1 + k, first + 1 + ((k + 1) % CORNERS)], 3 * (i * CORNERS + k));
    });
  }
  for (let i = 2; i < normals.length; i += 3) normals[i] = 1;
  return { positions, normals, indices };
}
