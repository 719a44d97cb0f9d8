// Owns what is around the robot: light, background, floor and grid, in both themes. Must never know of robots.

import {
  BufferGeometry,
  Color,
  DirectionalLight,
  Float32BufferAttribute,
  Group,
  HemisphereLight,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  ShadowMaterial,
} from 'three';
import { PALETTES } from './scene-colors.ts';
import type { SceneTheme } from './scene-messages.ts';

/** The base of the arm stands on a stand of this height, as in the pictures of the simulated cameras. */
export const FLOOR_Z = -0.912;
const FLOOR_SIDE_M = 40;
/** Half side of what casts shadows, about the middle of the cell, metres. */
const SHADOW_HALF_M = 1.5;
const GRID_FADE_M = 6;

const BACKDROP_VERTEX = `
varying float vHeight;
void main() {
  vHeight = position.y;
  gl_Position = vec4(position.xy, 1.0, 1.0);
}`;
const BACKDROP_FRAGMENT = `
uniform vec3 horizon;
uniform vec3 zenith;
varying float vHeight;
void main() {
  gl_FragColor = vec4(mix(horizon, zenith, smoothstep(-0.2, 1.0, vHeight)), 1.0);
  #include <colorspace_fragment>
}`;

const GRID_VERTEX = `
varying vec2 vGround;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  vGround = world.xy;
  gl_Position = projectionMatrix * viewMatrix * world;
}`;
/** A line every 10 cm, a stronger one every metre; both thin out where they would flicker, and with the distance. */
const GRID_FRAGMENT = `
uniform vec3 line;
uniform vec3 ground;
uniform vec2 middle;
uniform float fade;
uniform float grid;
varying vec2 vGround;
float ruled(float step) {
  vec2 at = vGround / step;
  vec2 width = fwidth(at);
  vec2 off = abs(fract(at - 0.5) - 0.5) / max(width, vec2(1e-5));
  float near = 1.0 - min(min(off.x, off.y), 1.0);
  return near * (1.0 - smoothstep(0.15, 0.5, max(width.x, width.y)));
}
void main() {
  float away = 1.0 - smoothstep(0.3, 1.0, length(vGround - middle) / fade);
  float ink = grid * max(0.22 * ruled(0.1), 0.5 * ruled(1.0)) * away;
  gl_FragColor = vec4(mix(ground, line, ink), away);
  #include <colorspace_fragment>
}`;

export class Room {
  readonly group = new Group();
  readonly #backdrop: ShaderMaterial;
  readonly #grid: ShaderMaterial;
  readonly #shadow = new ShadowMaterial({ transparent: true, depthWrite: false });
  readonly #shade = new Mesh(new PlaneGeometry(8, 8), this.#shadow);
  readonly #sky = new HemisphereLight();
  readonly #key = new DirectionalLight();
  readonly #fill = new DirectionalLight();

  constructor() {
    this.#backdrop = new ShaderMaterial({
      vertexShader: BACKDROP_VERTEX,
      fragmentShader: BACKDROP_FRAGMENT,
      uniforms: { horizon: { value: new Color() }, zenith: { value: new Color() } },
      depthTest: false,
      depthWrite: false,
      toneMapped: false,
    });
    // One triangle over the whole canvas.
    const cover = new BufferGeometry();
    cover.setAttribute('position', new Float32BufferAttribute([-1, -1, 0, 3, -1, 0, -1, 3, 0], 3));
    const backdrop = new Mesh(cover, this.#backdrop);
    backdrop.frustumCulled = false;
    backdrop.renderOrder = -100;

    this.#grid = new ShaderMaterial({
      vertexShader: GRID_VERTEX,
      fragmentShader: GRID_FRAGMENT,
      uniforms: {
        line: { value: new Color() },
        ground: { value: new Color() },
        middle: { value: [0.4, 0] },
        fade: { value: GRID_FADE_M },
        grid: { value: 1 },
      },
      transparent: true,
      depthWrite: false,
      toneMapped: false,
    });
    const floor = new Mesh(new PlaneGeometry(FLOOR_SIDE_M, FLOOR_SIDE_M), this.#grid);
    floor.position.z = FLOOR_Z;
    floor.renderOrder = -90;
    const shade = this.#shade;
    shade.position.set(0.4, 0, FLOOR_Z + 0.001);
    shade.receiveShadow = true;
    shade.renderOrder = -80;

    const key = this.#key;
    key.position.set(1.3, -1.5, 2.9);
    key.target.position.set(0.4, 0, 0);
    key.castShadow = true;
    const { camera } = key.shadow;
    camera.left = camera.bottom = -SHADOW_HALF_M;
    camera.right = camera.top = SHADOW_HALF_M;
    camera.near = 0.5;
    camera.far = 6.5;
    key.shadow.bias = -0.0004;
    key.shadow.normalBias = 0.006;
    key.shadow.radius = 3;
    // From behind and the other side, so that no side of the robot is flat.
    this.#fill.position.set(-1.6, 1.8, 1.2);
    this.#fill.target.position.set(0.3, 0, 0.2);
    this.#sky.position.set(0, 0, 1);
    this.group.add(backdrop, floor, shade, this.#sky, key, key.target, this.#fill, this.#fill.target);
  }

  /** Middle of what is to be seen, metres: a second arm moves it. */
  setMiddle(x: number, y: number, half: number): void {
    this.#grid.uniforms.middle.value = [x, y];
    this.#grid.uniforms.fade.value = GRID_FADE_M + half;
    const reach = Math.max(SHADOW_HALF_M, half + 0.7);
    const { camera } = this.#key.shadow;
    camera.left = camera.bottom = -reach;
    camera.right = camera.top = reach;
    camera.updateProjectionMatrix();
    this.#key.position.set(x + 0.9, y - 1.5, 2.9);
    this.#key.target.position.set(x, y, 0);
  }

  setTheme(theme: SceneTheme): void {
    const palette = PALETTES[theme];
    this.#backdrop.uniforms.horizon.value.set(palette.horizon);
    this.#backdrop.uniforms.zenith.value.set(palette.zenith);
    this.#grid.uniforms.line.value.set(palette.gridLine);
    this.#grid.uniforms.ground.value.set(palette.floor);
    this.#shadow.opacity = palette.shadow;
    this.#sky.color.set(palette.skyLight);
    this.#sky.groundColor.set(palette.groundLight);
    this.#sky.intensity = palette.skyStrength;
    this.#key.intensity = palette.keyStrength;
    this.#fill.intensity = palette.fillStrength;
  }

  setGrid(shown: boolean): void {
    this.#grid.uniforms.grid.value = shown ? 1 : 0;
  }

  /**
   * @param sizePx of the map's side; 0 for no shadow at all
   * @returns whether the map must be drawn anew
   */
  setShadow(sizePx: number): boolean {
    const key = this.#key;
    const began = sizePx > 0 && !key.castShadow;
    key.castShadow = sizePx > 0;
    this.#shade.visible = sizePx > 0;
    if (sizePx === 0 || key.shadow.mapSize.x === sizePx) return began;
    key.shadow.mapSize.set(sizePx, sizePx);
    key.shadow.map?.dispose();
    key.shadow.map = null;
    return true;
  }
}
