// Owns what a simulated world looks like: arms, tools, props, furniture, marks, floor and stand as parts for the ray
// caster. Pictures for people and the simulated cameras look at the same thing. Must never name anything in a picture.

import { paint } from '../../sim/cameras/material.ts';
import type { SceneView, ViewPart } from '../../sim/cameras/scene-view.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import type { VisualPart } from '../../sim/robots/panda/visual-part.ts';
import { toolVisuals } from '../../sim/robots/panda/visual-tools.ts';
import { type Fixture, partsOf } from '../../sim/scenes/scene.ts';
import { compose, IDENTITY_POSE, type Pose } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import { marksMesh } from './mark-view.ts';

/** Height of the floor: the base of the arm stands on a stand of 0.912 m. */
const FLOOR_Z = -0.912;

const STAND_SIZE = [0.32, 0.26, -FLOOR_Z] as const;

let own: readonly VisualPart[] | undefined;

function ownVisuals(): readonly VisualPart[] {
  own ??= pandaVisuals();
  return own;
}

/**
 * The world as it is now.
 * @param visuals shapes of an arm's bodies; our own unless the caller has others
 */
export function worldView(world: TaskWorld, visuals: readonly VisualPart[] = ownVisuals()): SceneView {
  const bodies = new Map<string, Pose>(world.bodyPoses().map(({ name, pose }) => [name, pose]));
  const parts: ViewPart[] = [];
  for (const { side, worldFromBase, tool = 'hand' } of world.scene.arms) {
    for (const { body, mesh, material } of toolVisuals(tool)) {
      parts.push({ body: `${side}/${body}`, shape: { kind: 'mesh', mesh }, material });
    }
    for (const { frame, mesh, material } of visuals) {
      if (tool !== 'hand' && frame.endsWith('_finger')) continue;
      parts.push({ body: `${side}/${frame}`, shape: { kind: 'mesh', mesh }, material });
    }
    const stand = `${side} stand`;
    bodies.set(stand, compose(worldFromBase, { position: [-0.03, 0, FLOOR_Z / 2], quatWxyz: [1, 0, 0, 0] }));
    parts.push({ body: stand, shape: { kind: 'box', size: STAND_SIZE }, material: paint([0.3, 0.32, 0.35], 0.6) });
  }
  for (const prop of world.scene.props) parts.push(...bodyParts(prop, 0.5));
  for (const fixture of world.scene.fixtures) {
    bodies.set(fixture.name, fixture.pose);
    parts.push(...bodyParts(fixture, 0.7));
  }
  world.marks.layers.forEach(({ name, colorSrgb }, layer) => {
    const mesh = marksMesh(world.marks, layer);
    if (mesh === undefined) return;
    bodies.set(name, IDENTITY_POSE);
    parts.push({ body: name, shape: { kind: 'mesh', mesh }, material: paint(colorSrgb, 0.6) });
  });
  bodies.set('floor', { position: [0, 0, FLOOR_Z], quatWxyz: [1, 0, 0, 0] });
  parts.push({ body: 'floor', shape: { kind: 'plane' }, material: paint([0.62, 0.64, 0.66], 0.9) });
  return { bodies, parts };
}

function bodyParts(body: Fixture, roughness: number): ViewPart[] {
  return partsOf(body).map(({ shape, bodyFromPart, colorSrgb }) => ({
    body: body.name,
    shape,
    material: paint(colorSrgb, roughness),
    bodyFromShape: bodyFromPart,
  }));
}
