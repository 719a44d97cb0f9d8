// Owns everything solid that is drawn: arms, their stands, things, furniture and marks, moved by the packed poses. Must
// never draw what is not in the description, but for the stands of the arms.

import {
  BoxGeometry,
  CircleGeometry,
  Color,
  Group,
  InstancedMesh,
  Matrix4,
  Mesh,
  MeshStandardMaterial,
  Vector3,
} from 'three';
import { RobotBody, type ShellGeometries, shellGeometries, shellMaterial } from './robot-body.ts';
import type { RobotShells } from './robot-shells.ts';
import { FLOOR_Z } from './room.ts';
import { PALETTES, srgb } from './scene-colors.ts';
import {
  ARM_JOINTS_AT,
  ARM_WIDTH_AT,
  type Hit,
  type MarkLayerDrawn,
  type SceneDescription,
  type SceneTheme,
} from './scene-messages.ts';
import { armAt, baseAt, frameAt, poseAt } from './scene-poses.ts';
import { solidGeometry, threeMatrix } from './solid-geometry.ts';

const STAND_SIZE = [0.32, 0.26, -FLOOR_Z] as const;
/** The stand's middle, seen from the base of its arm. */
const STAND_X = -0.03;
/** Marks have no thickness; each layer lies this much above the one below, metres. */
const MARK_LIFT_M = 0.0006;
const WIDE_OPEN_M = 0.08;

interface DrawnBody {
  readonly name: string;
  readonly part: Hit['part'];
  readonly mesh: Mesh;
  readonly frame: number;
}

export class SceneBodies {
  readonly group = new Group();
  arms: readonly RobotBody[] = [];
  readonly geometries: ShellGeometries;
  readonly #shells: RobotShells;
  readonly #shellMaterial = shellMaterial();
  readonly #solidMaterial = new MeshStandardMaterial({ vertexColors: true, roughness: 0.62, metalness: 0 });
  readonly #standMaterial = new MeshStandardMaterial({ roughness: 0.7, metalness: 0 });
  readonly #marks = new Group();
  #bodies: readonly DrawnBody[] = [];
  #stands: readonly Mesh[] = [];
  #armCount = 0;

  constructor(shells: RobotShells) {
    this.#shells = shells;
    this.geometries = shellGeometries(shells);
  }

  setScene(scene: SceneDescription): void {
    for (const { mesh } of this.#bodies) mesh.geometry.dispose();
    for (const stand of this.#stands) stand.geometry.dispose();
    this.group.clear();
    this.group.add(this.#marks);
    this.#armCount = scene.arms.length;
    this.arms = scene.arms.map((arm) => new RobotBody(arm, this.#shells, this.geometries, this.#shellMaterial));
    for (const arm of this.arms) this.group.add(arm.group);
    this.#stands = this.arms.map(() => {
      const stand = new Mesh(new BoxGeometry(...STAND_SIZE), this.#standMaterial);
      stand.matrixAutoUpdate = false;
      stand.castShadow = true;
      stand.receiveShadow = true;
      this.group.add(stand);
      return stand;
    });
    this.#bodies = scene.bodies.flatMap(({ name, kind, frame, shapes }) => {
      const geometry = solidGeometry(shapes);
      if (geometry === undefined) return [];
      const mesh = new Mesh(geometry, this.#solidMaterial);
      mesh.matrixAutoUpdate = false;
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      mesh.name = name;
      // Unseen until it is known where it is.
      mesh.visible = frame < 0;
      this.group.add(mesh);
      return [{ name, part: kind, mesh, frame }];
    });
  }

  /** @param numbers as scene-messages.ts packs them */
  setPoses(numbers: Float32Array): void {
    this.arms.forEach((arm, index) => {
      const at = armAt(index);
      const base = baseAt(numbers, index);
      arm.group.visible = !Number.isNaN(numbers[at + ARM_JOINTS_AT]);
      const widthM = numbers[at + ARM_WIDTH_AT];
      arm.pose(base, numbers, Number.isNaN(widthM) ? WIDE_OPEN_M : widthM, at + ARM_JOINTS_AT);
      const stand = this.#stands[index];
      stand.matrix.copy(threeMatrix(base)).multiply(new Matrix4().makeTranslation(STAND_X, 0, FLOOR_Z / 2 - 0.001));
      stand.matrixWorldNeedsUpdate = true;
    });
    for (const { mesh, frame } of this.#bodies) {
      if (frame < 0) continue;
      const pose = poseAt(numbers, frameAt(this.#armCount, frame));
      mesh.visible = pose !== undefined;
      if (pose === undefined) continue;
      mesh.matrix.copy(threeMatrix(pose));
      mesh.matrixWorldNeedsUpdate = true;
    }
  }

  setMarks(layers: readonly MarkLayerDrawn[]): void {
    for (const child of this.#marks.children) {
      if (child instanceof InstancedMesh) {
        child.geometry.dispose();
        child.dispose();
      }
    }
    this.#marks.clear();
    const place = new Matrix4();
    layers.forEach(({ name, points, diameterM, surfaceM, colorSrgb }, layer) => {
      const count = points.length / 2;
      if (count === 0) return;
      const material = new MeshStandardMaterial({ color: srgb(colorSrgb), roughness: 0.45 });
      const discs = new InstancedMesh(new CircleGeometry(diameterM / 2, 14), material, count);
      for (let i = 0; i < count; i++) {
        place.makeTranslation(points[2 * i], points[2 * i + 1], surfaceM + MARK_LIFT_M * (layer + 1));
        discs.setMatrixAt(i, place);
      }
      discs.receiveShadow = true;
      discs.name = name;
      discs.frustumCulled = false;
      this.#marks.add(discs);
    });
  }

  setTheme(theme: SceneTheme): void {
    this.#standMaterial.color = new Color(PALETTES[theme].stand);
  }

  /** Meshes of a name: of a thing, of a part of an arm, or of a whole arm by its side. */
  meshesOf(name: string): readonly Mesh[] {
    const bodies = this.#bodies.filter((body) => body.name === name).map(({ mesh }) => mesh);
    if (bodies.length > 0) return bodies;
    return this.arms.flatMap((arm) => arm.meshes.filter((mesh) => mesh.name === name || arm.side === name));
  }

  /** Everything that can be pointed at. */
  pickable(): readonly Mesh[] {
    return [
      ...this.#bodies.filter(({ mesh }) => mesh.visible).map(({ mesh }) => mesh),
      ...this.arms.filter(({ group }) => group.visible).flatMap(({ meshes }) => meshes),
    ];
  }

  partOf(mesh: Mesh): Hit['part'] {
    return this.#bodies.find((body) => body.mesh === mesh)?.part ?? 'arm';
  }

  /** Middle of an object, metres; undefined while it is unknown. */
  middleOf(name: string): Vector3 | undefined {
    const [mesh] = this.meshesOf(name);
    if (mesh === undefined || !mesh.visible) return undefined;
    mesh.updateWorldMatrix(true, false);
    if (mesh.geometry.boundingBox === null) mesh.geometry.computeBoundingBox();
    return mesh.geometry.boundingBox?.getCenter(new Vector3()).applyMatrix4(mesh.matrixWorld);
  }
}
