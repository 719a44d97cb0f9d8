// Owns the drawn scene in the worker: it takes what has changed, draws once per frame and only then, lowers its own
// quality while that is slow, and draws one good picture at rest. Must never ask for anything from the window.

import { Raycaster, Scene, Vector2, Vector3 } from 'three';
import { TOOL } from './arm-kinematics.ts';
import { type DrawingMeans, openDrawing } from './drawing-context.ts';
import { SceneOverlays } from './overlays.ts';
import { QUALITIES, QualityGovernor } from './quality-governor.ts';
import type { RobotShells } from './robot-shells.ts';
import { Room } from './room.ts';
import { SceneBodies } from './scene-bodies.ts';
import { PALETTES } from './scene-colors.ts';
import {
  type Anchor,
  type CanvasSize,
  type FromScene,
  type Gesture,
  type Hit,
  type MarkLayerDrawn,
  type Overlays,
  type PlannedMotion,
  posesLength,
  type SceneDescription,
  type SceneStats,
  type SceneTheme,
  type ToScene,
} from './scene-messages.ts';
import { baseAt, frameAt, poseAt } from './scene-poses.ts';
import { SelectionOutline } from './selection-outline.ts';
import { threeMatrix } from './solid-geometry.ts';
import { ViewCamera } from './view-camera.ts';

/** After this long without a change the good picture is drawn, milliseconds. */
const REST_MS = 220;
/** The good picture without a graphics card: its edges are smoothed by drawing more pixels than there are. */
const SOFTWARE_STILL_RATIO = 1.5;
/** What a picture at rest may not exceed, device pixels. */
const MOST_PIXELS = 6_000_000;
const FOCUS_M = 0.55;
/** Distance at which one arm with its table fills the view, and what a second one adds, metres. */
const ONE_ARM_M = 2.2;
const PER_BASE_M = 0.75;
/** Two arms face each other: from the side neither hides the other. */
const TWO_ARMS_HOME_RAD = -1.2;

type Start = Extract<ToScene, { kind: 'start' }>;
type Tell = (message: FromScene) => void;

export class Stage {
  readonly #tell: Tell;
  readonly #means: DrawingMeans;
  readonly #governor: QualityGovernor;
  readonly #scene = new Scene();
  readonly #room = new Room();
  readonly #bodies: SceneBodies;
  readonly #overlays: SceneOverlays;
  readonly #outline = new SelectionOutline();
  readonly #view: ViewCamera;
  #size: CanvasSize;
  #theme: SceneTheme;
  #description: SceneDescription | undefined;
  #numbers: Float32Array | undefined;
  #selected: string | null = null;
  #frameAsked = false;
  #shadowsMoved = true;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #lastDrawnMs = 0;
  #frames = 0;
  #still = false;
  #drawnRatio = 0;
  #lost = false;
  #lastAnchor = '';
  #lastView = '';
  #lastGap = Number.NaN;

  /** @throws Error with a sentence when nothing can be drawn here */
  constructor(start: Start, shells: RobotShells, tell: Tell) {
    this.#tell = tell;
    this.#means = openDrawing(start.canvas);
    this.#governor = new QualityGovernor(this.#means.software);
    this.#bodies = new SceneBodies(shells);
    this.#overlays = new SceneOverlays(shells, this.#bodies.geometries);
    this.#view = new ViewCamera(start.motion, start.view);
    this.#scene.add(this.#room.group, this.#bodies.group, this.#overlays.group, this.#outline.group);
    this.#size = start.size;
    this.#theme = start.theme;
    this.setTheme(start.theme);
    this.setOverlays(start.overlays);
    start.canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.#lost = true;
      tell({ kind: 'context', state: 'lost' });
    });
    start.canvas.addEventListener('webglcontextrestored', () => {
      this.#lost = false;
      this.#shadowsMoved = true;
      tell({ kind: 'context', state: 'restored' });
      this.#ask();
    });
    tell({ kind: 'ready', software: this.#means.software, renderer: this.#means.name });
    this.#ask();
  }

  setSize(size: CanvasSize): void {
    this.#size = size;
    this.#drawnRatio = 0;
    this.#ask();
  }

  setTheme(theme: SceneTheme): void {
    this.#theme = theme;
    this.#room.setTheme(theme);
    this.#bodies.setTheme(theme);
    this.#ask();
  }

  setScene(scene: SceneDescription): void {
    this.#description = scene;
    this.#numbers = undefined;
    this.#bodies.setScene(scene);
    this.#overlays.setScene(scene);
    this.select(this.#selected);
    this.#shadowsMoved = true;
    this.#ask();
  }

  setPoses(numbers: Float32Array): void {
    const description = this.#description;
    if (description === undefined || numbers.length !== posesLength(description)) return;
    const first = this.#numbers === undefined;
    this.#numbers = numbers;
    if (first) this.#lookAtAll(description, numbers);
    this.#bodies.setPoses(numbers);
    this.#overlays.setPoses(numbers, this.#bodies.arms);
    this.#shadowsMoved = true;
    const { gapM } = this.#overlays;
    if (!Object.is(gapM, this.#lastGap)) this.#tell({ kind: 'gap', gapM });
    this.#lastGap = gapM;
    this.#ask();
  }

  setMarks(layers: readonly MarkLayerDrawn[]): void {
    this.#bodies.setMarks(layers);
    this.#ask();
  }

  setPlanned(planned: PlannedMotion | null): void {
    this.#overlays.setPlanned(planned);
    this.#again();
  }

  setGhost(atS: number | null, fromS: number): void {
    this.#overlays.setGhost(atS, fromS);
    this.#again();
  }

  setTrail(points: readonly Float32Array[]): void {
    this.#overlays.setTrail(points);
    this.#again();
  }

  setOverlays(overlays: Overlays): void {
    this.#overlays.setShown(overlays);
    this.#room.setGrid(overlays.grid);
    this.#again();
  }

  select(name: string | null): void {
    this.#selected = name;
    this.#outline.show(name === null ? [] : this.#bodies.meshesOf(name));
    this.#lastAnchor = '';
    this.#ask();
  }

  gesture(gesture: Gesture): void {
    if (gesture.kind === 'focus') {
      const hit = this.pick(gesture.x, gesture.y);
      if (hit !== null) this.#view.focus(new Vector3(...hit.point));
    } else if (gesture.kind === 'focus-on') {
      const middle = this.#bodies.middleOf(gesture.name);
      if (middle !== undefined) this.#view.focus(middle, FOCUS_M);
    } else this.#view.gesture(gesture);
    this.#ask();
  }

  pick(x: number, y: number): Hit | null {
    const { widthPx, heightPx } = this.#size;
    this.#scene.updateMatrixWorld();
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2((2 * x) / widthPx - 1, 1 - (2 * y) / heightPx), this.#view.camera);
    const [hit] = ray.intersectObjects([...this.#bodies.pickable()], false);
    if (hit === undefined) return null;
    const mesh = this.#bodies.pickable().find((one) => one === hit.object);
    if (mesh === undefined) return null;
    return { name: mesh.name, part: this.#bodies.partOf(mesh), point: [hit.point.x, hit.point.y, hit.point.z] };
  }

  /** Where a point is on the canvas, CSS pixels. */
  project(point: readonly [number, number, number]): { readonly x: number; readonly y: number; readonly z: number } {
    const seen = new Vector3(...point).project(this.#view.camera);
    return { x: ((seen.x + 1) / 2) * this.#size.widthPx, y: ((1 - seen.y) / 2) * this.#size.heightPx, z: seen.z };
  }

  stats(): SceneStats {
    return {
      frames: this.#frames,
      level: this.#governor.level,
      ratio: this.#drawnRatio,
      still: this.#still,
      frameMs: this.#governor.frameMs,
      software: this.#means.software,
      renderer: this.#means.name,
    };
  }

  rehearseLoss(): void {
    const { renderer } = this.#means;
    renderer.forceContextLoss();
    setTimeout(() => renderer.forceContextRestore(), 50);
  }

  /** The poses have not changed, but what is drawn over them. */
  #again(): void {
    if (this.#numbers !== undefined) this.#overlays.setPoses(this.#numbers, this.#bodies.arms);
    this.#ask();
  }

  #ask(): void {
    clearTimeout(this.#restTimer);
    this.#still = false;
    if (this.#frameAsked || this.#lost) return;
    this.#frameAsked = true;
    requestAnimationFrame((nowMs) => {
      this.#frameAsked = false;
      this.#frame(nowMs);
    });
  }

  #frame(nowMs: number): void {
    if (this.#lost) return;
    const elapsedMs = Math.min(nowMs - this.#lastDrawnMs, 50);
    this.#lastDrawnMs = nowMs;
    this.#aim();
    const moving = this.#view.step(elapsedMs);
    const { ratio, shadowPx } = this.#governor.quality;
    const programs = this.#programs();
    const costMs = this.#draw(Math.min(ratio, this.#size.ratio), shadowPx);
    this.#still = false;
    // A picture for which a program was made first says nothing of the next ones.
    if (this.#programs() === programs) this.#governor.frame(costMs, performance.now());
    if (moving) this.#ask();
    else this.#restTimer = setTimeout(() => requestAnimationFrame(() => this.#drawStill()), REST_MS);
  }

  #programs(): number {
    return this.#means.renderer.info.programs?.length ?? 0;
  }

  /** One good picture, since nothing moves: it may take as long as it takes. */
  #drawStill(): void {
    // Something may have moved while the frame was waited for.
    if (this.#lost || this.#frameAsked || this.#still) return;
    const { widthPx, heightPx, ratio } = this.#size;
    const wanted = this.#means.software ? Math.max(ratio, SOFTWARE_STILL_RATIO) : ratio;
    const most = Math.sqrt(MOST_PIXELS / Math.max(widthPx * heightPx, 1));
    this.#shadowsMoved = true;
    this.#draw(Math.min(wanted, most), QUALITIES[0].shadowPx);
    this.#still = true;
  }

  #draw(ratio: number, shadowPx: number): number {
    const { renderer } = this.#means;
    const { widthPx, heightPx } = this.#size;
    if (ratio !== this.#drawnRatio) {
      this.#drawnRatio = ratio;
      renderer.setPixelRatio(ratio);
      renderer.setSize(widthPx, heightPx, false);
    }
    if (this.#room.setShadow(shadowPx)) this.#shadowsMoved = true;
    this.#scene.updateMatrixWorld();
    this.#outline.follow(widthPx, heightPx, PALETTES[this.#theme].selection);
    renderer.shadowMap.needsUpdate = this.#shadowsMoved;
    this.#shadowsMoved = false;
    const startMs = performance.now();
    renderer.render(this.#scene, this.#view.camera);
    // Reading one pixel back waits until the picture is really there: only then is its cost known.
    const context = renderer.getContext();
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
    const costMs = performance.now() - startMs;
    this.#frames += 1;
    this.#tellAnchor();
    this.#tellView();
    return costMs;
  }

  #aim(): void {
    const { widthPx, heightPx } = this.#size;
    this.#view.setAspect(widthPx / Math.max(heightPx, 1));
    this.#view.setHeight(heightPx);
    const [arm] = this.#bodies.arms;
    if (arm !== undefined) this.#view.follow(new Vector3(...arm.kinematics.origin(TOOL)));
    const description = this.#description;
    const numbers = this.#numbers;
    const about = description?.cameras.find(({ name }) => name === 'wrist');
    const pose =
      description === undefined || numbers === undefined || about === undefined
        ? undefined
        : poseAt(numbers, frameAt(description.arms.length, about.frame));
    this.#view.setThrough(
      about === undefined || pose === undefined ? undefined : { worldFromCamera: threeMatrix(pose), about },
    );
  }

  #lookAtAll({ arms }: SceneDescription, numbers: Float32Array): void {
    const bases = arms.map((_, arm) => baseAt(numbers, arm).position);
    const far = bases.length < 2 ? 0 : Math.hypot(bases[1][0] - bases[0][0], bases[1][1] - bases[0][1]);
    // One arm looks at its table; two have it between them.
    const [x, y] = bases.length < 2 ? [0.36, 0] : [bases[1][0] / 2, bases[1][1] / 2];
    const one = bases.length < 2;
    const middle = new Vector3(x, y, one ? 0.1 : 0.06);
    this.#view.setExtent(middle, ONE_ARM_M + PER_BASE_M * far, one ? undefined : TWO_ARMS_HOME_RAD);
    this.#room.setMiddle(x, y, far / 2);
  }

  #tellAnchor(): void {
    const name = this.#selected;
    const middle = name === null ? undefined : this.#bodies.middleOf(name);
    let anchor: Anchor | null = null;
    if (name !== null && middle !== undefined) {
      const position: [number, number, number] = [middle.x, middle.y, middle.z];
      const { x, y, z } = this.project(position);
      if (z < 1) anchor = { name, x: Math.round(x), y: Math.round(y), position };
    }
    const key = JSON.stringify(anchor);
    if (key === this.#lastAnchor) return;
    this.#lastAnchor = key;
    this.#tell({ kind: 'anchor', anchor });
  }

  #tellView(): void {
    const view = this.#view.state();
    const key = JSON.stringify(view);
    if (key === this.#lastView) return;
    this.#lastView = key;
    this.#tell({ kind: 'view', view });
  }
}
