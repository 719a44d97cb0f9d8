// Owns from where the scene is seen: orbit, pan, zoom, presets, following and the view through a camera of the robot.
// Moves smoothly, or at once where motion is to be reduced. Must never draw.

import { Matrix4, PerspectiveCamera, Vector3 } from 'three';
import type { CameraDescription, Gesture, Preset, ViewState } from './scene-messages.ts';

const FOV_DEG = 38;
const NEAREST_M = 0.12;
const FARTHEST_M = 9;
/** Straight down and up the picture would spin about itself. */
const STEEPEST_RAD = 1.53;
const LOWEST_RAD = -0.35;
const RAD_PER_PX = 0.0065;
/** Time constant of easing, milliseconds. */
const EASE_MS = 90;
const SETTLED = 1e-4;

const ANGLES: Readonly<Record<Exclude<Preset, 'wrist' | 'follow'>, readonly [number, number]>> = {
  home: [-0.72, 0.42],
  front: [0, 0.2],
  side: [-Math.PI / 2, 0.15],
  top: [-Math.PI / 2, STEEPEST_RAD],
};

interface Orbit {
  target: Vector3;
  azimuthRad: number;
  elevationRad: number;
  distanceM: number;
}

export class ViewCamera {
  readonly camera = new PerspectiveCamera(FOV_DEG, 1, 0.02, 60);
  readonly #goal: Orbit;
  readonly #now: Orbit;
  readonly #motion: 'smooth' | 'reduced';
  #preset: Preset | null = 'home';
  #middle = new Vector3(0.36, 0, 0.16);
  #reachM = 2.15;
  #homeRad: number = ANGLES.home[0];
  /** Pose and pinhole of the camera that is looked through. */
  #through: { readonly worldFromCamera: Matrix4; readonly about: CameraDescription } | undefined;
  #aspect = 1;

  constructor(motion: 'smooth' | 'reduced', kept: ViewState | null) {
    this.#motion = motion;
    this.camera.up.set(0, 0, 1);
    const [azimuthRad, elevationRad] = ANGLES.home;
    const start: Orbit =
      kept === null
        ? { target: this.#middle.clone(), azimuthRad, elevationRad, distanceM: this.#reachM }
        : { ...kept, target: new Vector3(...kept.target) };
    if (kept !== null) this.#preset = kept.preset;
    this.#goal = start;
    this.#now = { ...start, target: start.target.clone() };
  }

  get preset(): Preset | null {
    return this.#preset;
  }

  state(): ViewState {
    const { target, azimuthRad, elevationRad, distanceM } = this.#goal;
    return { target: [target.x, target.y, target.z], azimuthRad, elevationRad, distanceM, preset: this.#preset };
  }

  /** Middle and size of what is to be seen, and from where at first; moves the view only while a preset holds it. */
  setExtent(middle: Vector3, reachM: number, homeRad: number = ANGLES.home[0]): void {
    if (this.#middle.equals(middle) && this.#reachM === reachM) return;
    this.#homeRad = homeRad;
    this.#middle.copy(middle);
    this.#reachM = reachM;
    const preset = this.#preset;
    if (preset === null || preset === 'wrist' || preset === 'follow') return;
    this.#toPreset(preset);
    this.#jump();
  }

  setAspect(aspect: number): void {
    this.#aspect = aspect;
  }

  gesture(gesture: Exclude<Gesture, { kind: 'focus' | 'focus-on' }>): void {
    const goal = this.#goal;
    switch (gesture.kind) {
      case 'orbit':
        this.#leavePreset();
        goal.azimuthRad -= gesture.dx * RAD_PER_PX;
        goal.elevationRad = clamp(goal.elevationRad + gesture.dy * RAD_PER_PX, LOWEST_RAD, STEEPEST_RAD);
        return;
      case 'pan': {
        this.#leavePreset();
        const scale = (2 * goal.distanceM * Math.tan((FOV_DEG * Math.PI) / 360)) / Math.max(this.#heightPx, 1);
        const right = new Vector3(-Math.sin(goal.azimuthRad), Math.cos(goal.azimuthRad), 0);
        const toEye = direction(goal);
        const up = toEye.clone().cross(right);
        goal.target.addScaledVector(right, -gesture.dx * scale).addScaledVector(up, gesture.dy * scale);
        return;
      }
      case 'zoom':
        if (this.#preset === 'wrist') this.#leavePreset();
        goal.distanceM = clamp(goal.distanceM / gesture.factor, NEAREST_M, FARTHEST_M);
        return;
      case 'preset':
        this.#preset = gesture.preset;
        if (gesture.preset === 'wrist') return;
        this.#through = undefined;
        if (gesture.preset === 'follow') goal.distanceM = Math.min(goal.distanceM, 0.9);
        else this.#toPreset(gesture.preset);
        return;
    }
  }

  #heightPx = 1;
  setHeight(heightPx: number): void {
    this.#heightPx = heightPx;
  }

  focus(point: Vector3, distanceM?: number): void {
    this.#leavePreset();
    this.#goal.target.copy(point);
    this.#goal.distanceM = clamp(distanceM ?? Math.min(this.#goal.distanceM, 0.8), NEAREST_M, FARTHEST_M);
  }

  /** The fingertip of arm 0, for following. */
  follow(tip: Vector3): void {
    if (this.#preset === 'follow') this.#goal.target.copy(tip);
  }

  /** The camera on the hand, for looking through it; undefined where it is not known. */
  setThrough(through: { readonly worldFromCamera: Matrix4; readonly about: CameraDescription } | undefined): void {
    this.#through = through;
  }

  /**
   * Moves on toward where the operator wants to be.
   * @returns whether it is still on its way
   */
  step(elapsedMs: number): boolean {
    const { camera } = this;
    camera.aspect = this.#aspect;
    if (this.#preset === 'wrist' && this.#through !== undefined) {
      this.#lookThrough(this.#through);
      return false;
    }
    const share = this.#motion === 'reduced' ? 1 : 1 - Math.exp(-elapsedMs / EASE_MS);
    const goal = this.#goal;
    const now = this.#now;
    now.target.lerp(goal.target, share);
    now.azimuthRad += (goal.azimuthRad - now.azimuthRad) * share;
    now.elevationRad += (goal.elevationRad - now.elevationRad) * share;
    now.distanceM += (goal.distanceM - now.distanceM) * share;
    const left =
      now.target.distanceTo(goal.target) +
      Math.abs(goal.azimuthRad - now.azimuthRad) +
      Math.abs(goal.elevationRad - now.elevationRad) +
      Math.abs(goal.distanceM - now.distanceM);
    if (left < SETTLED) this.#jump();
    camera.fov = this.#fitted(FOV_DEG);
    camera.position.copy(now.target).addScaledVector(direction(now), now.distanceM);
    camera.up.set(0, 0, 1);
    camera.lookAt(now.target);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    return left >= SETTLED;
  }

  /** A narrow panel shows as much from left to right as a square one. */
  #fitted(fovDeg: number): number {
    if (this.#aspect >= 1) return fovDeg;
    return (360 / Math.PI) * Math.atan(Math.tan((fovDeg * Math.PI) / 360) / this.#aspect);
  }

  #lookThrough({ worldFromCamera, about }: { worldFromCamera: Matrix4; about: CameraDescription }): void {
    const { camera } = this;
    // Ours looks along +z with y down; a drawn camera along -z with y up.
    camera.matrixWorld.copy(worldFromCamera).multiply(new Matrix4().makeRotationX(Math.PI));
    camera.matrixWorld.decompose(camera.position, camera.quaternion, camera.scale);
    const vertical = 2 * Math.atan(about.heightPx / (2 * about.fy));
    const wanted = about.widthPx / about.heightPx;
    // The whole picture of the camera fits into the canvas.
    const tangent = Math.tan(vertical / 2) * Math.max(1, wanted / this.#aspect);
    camera.fov = (360 / Math.PI) * Math.atan(tangent);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
  }

  #leavePreset(): void {
    if (this.#preset === 'wrist') this.#jump();
    this.#preset = null;
  }

  #toPreset(preset: keyof typeof ANGLES): void {
    const [own, elevationRad] = ANGLES[preset];
    const azimuthRad = preset === 'home' ? this.#homeRad : own;
    const goal = this.#goal;
    goal.target.copy(this.#middle);
    // The short way round.
    const turns = Math.round((goal.azimuthRad - azimuthRad) / (2 * Math.PI));
    goal.azimuthRad = azimuthRad + turns * 2 * Math.PI;
    goal.elevationRad = elevationRad;
    goal.distanceM = this.#reachM;
  }

  #jump(): void {
    const { target, ...rest } = this.#goal;
    this.#now.target.copy(target);
    Object.assign(this.#now, rest);
  }
}

/** From the target to the eye. */
function direction({ azimuthRad, elevationRad }: Orbit): Vector3 {
  const flat = Math.cos(elevationRad);
  return new Vector3(flat * Math.cos(azimuthRad), flat * Math.sin(azimuthRad), Math.sin(elevationRad));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
