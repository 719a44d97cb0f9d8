// Owns the line around the chosen object: its silhouette, a few pixels wider, seen through whatever stands before it.
// Must never change the object.

import {
  AlwaysStencilFunc,
  BufferAttribute,
  BufferGeometry,
  Color,
  Group,
  KeepStencilOp,
  Mesh,
  MeshBasicMaterial,
  NotEqualStencilFunc,
  ReplaceStencilOp,
  ShaderMaterial,
  Vector2,
} from 'three';

const WIDTH_PX = 2.5;
/** After everything else. */
const ORDER = 50;

const VERTEX = `
uniform vec2 pixel;
uniform float width;
void main() {
  vec4 clip = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  vec4 ahead = projectionMatrix * modelViewMatrix * vec4(position + normal * 0.001, 1.0);
  vec2 away = (ahead.xy / ahead.w - clip.xy / clip.w) / pixel;
  float far = length(away);
  if (far > 1e-6) clip.xy += away / far * width * pixel * clip.w;
  gl_Position = clip;
}`;
const FRAGMENT = `
uniform vec3 color;
void main() {
  gl_FragColor = vec4(color, 1.0);
  #include <colorspace_fragment>
}`;

export class SelectionOutline {
  readonly group = new Group();
  readonly #mask = new MeshBasicMaterial({
    colorWrite: false,
    depthTest: false,
    depthWrite: false,
    stencilWrite: true,
    stencilRef: 1,
    stencilFunc: AlwaysStencilFunc,
    stencilZPass: ReplaceStencilOp,
  });
  readonly #hull = new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: { pixel: { value: new Vector2(1, 1) }, width: { value: WIDTH_PX }, color: { value: new Color() } },
    depthTest: false,
    depthWrite: false,
    stencilWrite: true,
    stencilRef: 1,
    stencilFunc: NotEqualStencilFunc,
    stencilZPass: KeepStencilOp,
    toneMapped: false,
  });
  #shown: { readonly of: Mesh; readonly parts: readonly Mesh[] }[] = [];
  readonly #hulls = new WeakMap<BufferGeometry, BufferGeometry>();

  show(meshes: readonly Mesh[]): void {
    this.group.clear();
    this.#shown = meshes.map((of) => {
      let hull = this.#hulls.get(of.geometry);
      if (hull === undefined) {
        hull = closedHull(of.geometry);
        this.#hulls.set(of.geometry, hull);
      }
      const mask = new Mesh(of.geometry, this.#mask);
      const rim = new Mesh(hull, this.#hull);
      mask.renderOrder = ORDER;
      rim.renderOrder = ORDER + 1;
      const parts = [mask, rim];
      for (const part of parts) {
        part.matrixAutoUpdate = false;
        part.frustumCulled = false;
        this.group.add(part);
      }
      return { of, parts };
    });
  }

  /** Before every picture. @param ratio device pixels per CSS pixel */
  follow(widthPx: number, heightPx: number, color: string): void {
    for (const { of, parts } of this.#shown) {
      for (const part of parts) {
        part.visible = of.visible && of.parent?.visible !== false;
        part.matrix.copy(of.matrixWorld);
        part.matrixWorldNeedsUpdate = true;
      }
    }
    this.#hull.uniforms.pixel.value.set(2 / Math.max(widthPx, 1), 2 / Math.max(heightPx, 1));
    this.#hull.uniforms.color.value.set(color);
  }
}

/** The same surface with one normal per corner point, so that it stays closed when it is pushed out. */
function closedHull(geometry: BufferGeometry): BufferGeometry {
  const positions = geometry.getAttribute('position');
  const normals = geometry.getAttribute('normal');
  const sums = new Map<string, [number, number, number]>();
  const key = (i: number) =>
    `${Math.round(positions.getX(i) * 1e4)},${Math.round(positions.getY(i) * 1e4)},${Math.round(positions.getZ(i) * 1e4)}`;
  for (let i = 0; i < positions.count; i++) {
    const sum = sums.get(key(i)) ?? [0, 0, 0];
    sum[0] += normals.getX(i);
    sum[1] += normals.getY(i);
    sum[2] += normals.getZ(i);
    sums.set(key(i), sum);
  }
  const even = new Float32Array(3 * positions.count);
  for (let i = 0; i < positions.count; i++) {
    const [x, y, z] = sums.get(key(i)) ?? [0, 0, 1];
    const length = Math.hypot(x, y, z) || 1;
    even.set([x / length, y / length, z / length], 3 * i);
  }
  const hull = new BufferGeometry();
  hull.setAttribute('position', positions);
  hull.setAttribute('normal', new BufferAttribute(even, 3));
  hull.setIndex(geometry.index);
  return hull;
}
