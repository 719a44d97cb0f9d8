// Owns the hammer: a square handle, a head across its end with a round face and a claw, as robosuite's handover has it.
//
// Source of the proportions: robosuite 1.5, HammerObject (head 1 to 1.2 times as thick as the handle, twice as dense).

import { IDENTITY_POSE, quatFromAxisAngle, type Vec3 } from '../../spatial.ts';
import type { BuiltPart, ShapeBuilder } from './built-shape.ts';

/** Thickness of the head over that of the handle. */
const HEAD_SHARE = 1.1;
/** Steel against wood, as in the source. */
const HEAD_DENSITY_SHARE = 2;
/** Height of the round face over the thickness of the head. */
const FACE_SHARE = 0.4;
/** The head is at least this many times as wide as it is thick, or there would be no room for face and claw. */
const LEAST_HEAD_SHARE = 2;
const LEAST_HANDLE_M = 0.05;

const ALONG_Y = quatFromAxisAngle([1, 0, 0], Math.PI / 2);
const EDGE_DOWN = quatFromAxisAngle([1, 0, 0], Math.PI / 4);

/**
 * The size is [whole length, width of the head, thickness of the head]. The hammer lies on its side: the `handle` points
 * in direction +x, the `head` stands across at the other end, its face towards +y and its claw towards -y.
 */
export const HAMMER: ShapeBuilder = {
  features: ['handle', 'head'],
  problem: ([length, headWidth, thickness]) => {
    if (headWidth < LEAST_HEAD_SHARE * thickness) {
      return `the head of a hammer is at least ${LEAST_HEAD_SHARE} times as wide as thick; widen it to ${(LEAST_HEAD_SHARE * thickness).toFixed(3)} m`;
    }
    if (length - thickness >= LEAST_HANDLE_M) return undefined;
    return `of ${length} m nothing is left for a handle; make the hammer ${(thickness + LEAST_HANDLE_M).toFixed(3)} m long`;
  },
  build: ([length, headWidth, thickness]) => {
    const handleLength = length - thickness;
    const handleThickness = thickness / HEAD_SHARE;
    const handleSize: Vec3 = [handleLength, handleThickness, handleThickness];
    const headX = (thickness - length) / 2;
    const faceHeight = FACE_SHARE * thickness;
    // The claw is a bar on edge: its diagonal is as long as the head is thick, and half of it sticks in the block.
    const blockFrom = (thickness - headWidth) / 2;
    const blockTo = headWidth / 2 - faceHeight;
    const clawSide = thickness * Math.SQRT1_2;
    const head = (part: Pick<BuiltPart, 'shape' | 'bodyFromPart'>): BuiltPart => ({
      ...part,
      densityShare: HEAD_DENSITY_SHARE,
      feature: 'head',
    });
    const handle = { ...IDENTITY_POSE, position: [thickness / 2, 0, 0] as Vec3 };
    return {
      parts: [
        { shape: { kind: 'box', size: handleSize }, bodyFromPart: handle, feature: 'handle' },
        head({
          shape: { kind: 'box', size: [thickness, blockTo - blockFrom, thickness] },
          bodyFromPart: { ...IDENTITY_POSE, position: [headX, (blockFrom + blockTo) / 2, 0] },
        }),
        head({
          shape: { kind: 'cylinder', radiusM: thickness / 2, heightM: faceHeight },
          bodyFromPart: { position: [headX, blockTo + faceHeight / 2, 0], quatWxyz: ALONG_Y },
        }),
        head({
          shape: { kind: 'box', size: [thickness, clawSide, clawSide] },
          bodyFromPart: { position: [headX, blockFrom, 0], quatWxyz: EDGE_DOWN },
        }),
      ],
      features: [
        { key: 'handle', bodyFromFeature: handle, size: handleSize },
        {
          key: 'head',
          bodyFromFeature: { ...IDENTITY_POSE, position: [headX, 0, 0] },
          size: [thickness, headWidth, thickness],
        },
      ],
    };
  },
};
