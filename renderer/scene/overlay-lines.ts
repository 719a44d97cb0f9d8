// Owns lines of an even width on the screen, and small marks: what overlays are made of. Must never know what they mean.

import { BoxGeometry, Color, Mesh, MeshBasicMaterial, SphereGeometry } from 'three';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';

/** Lines lie over what is solid, yet are hidden by what stands before them. */
const ORDER = 20;

export interface LineLook {
  readonly color: string;
  readonly widthPx: number;
  readonly opacity?: number;
  /** Length of dashes and gaps, metres. */
  readonly dashM?: number;
  /** Seen through everything. */
  readonly through?: boolean;
}

/** Separate stretches, two points each. */
export class Segments {
  readonly object: LineSegments2;
  readonly #material: LineMaterial;

  constructor({ color, widthPx, opacity = 1, dashM, through = false }: LineLook) {
    this.#material = new LineMaterial({
      color,
      linewidth: widthPx,
      transparent: opacity < 1,
      opacity,
      dashed: dashM !== undefined,
      dashSize: dashM ?? 1,
      gapSize: dashM ?? 1,
      depthTest: !through,
      depthWrite: false,
      toneMapped: false,
    });
    this.object = new LineSegments2(new LineSegmentsGeometry(), this.#material);
    this.object.frustumCulled = false;
    this.object.renderOrder = ORDER;
    this.object.visible = false;
  }

  /** @param points x, y, z of both ends of each stretch @param colors of both ends, linear, when they differ */
  set(points: ArrayLike<number>, colors?: ArrayLike<number>): void {
    this.object.geometry.dispose();
    this.object.visible = points.length >= 6;
    if (points.length < 6) return;
    const geometry = new LineSegmentsGeometry();
    geometry.setPositions(Float32Array.from(points));
    if (colors !== undefined) {
      geometry.setColors(Float32Array.from(colors));
      this.#material.vertexColors = true;
      this.#material.color.set('#ffffff');
    }
    this.object.geometry = geometry;
    if (this.#material.dashed) this.object.computeLineDistances();
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.#material.dispose();
  }
}

/** Points in a row as separate stretches. @param from first point that is used */
export function strip(points: ArrayLike<number>, from = 0): number[] {
  const out: number[] = [];
  for (let i = 3 * from; i + 5 < points.length; i += 3) {
    for (let k = 0; k < 6; k++) out.push(points[i + k]);
  }
  return out;
}

/** The twelve edges of a box. */
export function boxEdges(min: readonly number[], max: readonly number[]): number[] {
  const out: number[] = [];
  const corner = (bits: number) => [0, 1, 2].map((axis) => (bits & (1 << axis) ? max[axis] : min[axis]));
  for (let a = 0; a < 8; a++) {
    for (const bit of [1, 2, 4]) if ((a & bit) === 0) out.push(...corner(a), ...corner(a | bit));
  }
  return out;
}

/** A small ball that is seen through everything. */
export function dot(color: string, radiusM: number): Mesh {
  const material = new MeshBasicMaterial({
    color,
    depthTest: false,
    transparent: true,
    opacity: 0.9,
    toneMapped: false,
  });
  const ball = new Mesh(new SphereGeometry(radiusM, 16, 12), material);
  ball.renderOrder = ORDER + 1;
  return ball;
}

/** Two crossed bars: told from a ball without its colour. */
export function cross(color: string, radiusM: number): Mesh {
  const bar = (turnRad: number) => new BoxGeometry(3 * radiusM, 0.7 * radiusM, 0.7 * radiusM).rotateY(turnRad);
  const geometry = mergeGeometries([bar(Math.PI / 4), bar(-Math.PI / 4)]) ?? bar(0);
  const material = new MeshBasicMaterial({ color, depthTest: false, transparent: true, toneMapped: false });
  const mesh = new Mesh(geometry, material);
  mesh.renderOrder = ORDER + 1;
  return mesh;
}

/** Linear red, green, blue for both ends of a stretch. */
export function bothEnds(color: string): number[] {
  const { r, g, b } = new Color(color);
  return [r, g, b, r, g, b];
}
