// Owns balls that cover the arm and the hand for given joints: what a camera sees in them is the robot itself. Wider than
// the collision shapes, because those leave parts of the drawn shells outside. Must never be used to keep a distance.

import { compose, type Pose, transformPoint, type Vec3 } from '../../spatial.ts';
import { BASE_SHAPES, type CollisionShape, HAND_SHAPES, LINK_SHAPES } from './collision.ts';
import { createLinkFrames, forwardKinematics, framePose, HAND_FRAME, TOOL_OFFSET_M } from './kinematics.ts';

export interface BodyBall {
  /** In the base frame of arm 0, metres. */
  readonly centre: Vec3;
  readonly radiusM: number;
}

/** Largest distance of a drawn shell from its collision shapes, metres: the guiding grip at link 7. */
const SHELL_MARGIN_M = 0.055;
/** The fingers reach this far to both sides when the hand is open, metres. */
const OPEN_FINGER_M = 0.045;
const FINGER_RADIUS_M = 0.035;

const frames = createLinkFrames();

/** Balls around one arm. */
export function bodyBalls(worldFromBase: Pose, jointsRad: ArrayLike<number>): BodyBall[] {
  forwardKinematics(jointsRad, frames);
  const balls = BASE_SHAPES.flatMap((shape) => around(worldFromBase, shape));
  LINK_SHAPES.forEach((shapes, link) => {
    const worldFromLink = compose(worldFromBase, framePose(frames, link));
    for (const shape of shapes) balls.push(...around(worldFromLink, shape));
  });
  const worldFromHand = compose(worldFromBase, framePose(frames, HAND_FRAME));
  for (const shape of HAND_SHAPES) balls.push(...around(worldFromHand, shape));
  for (const y of [-OPEN_FINGER_M, 0, OPEN_FINGER_M]) {
    for (const z of [0.07, TOOL_OFFSET_M]) {
      balls.push({ centre: transformPoint(worldFromHand, [0, y, z]), radiusM: FINGER_RADIUS_M });
    }
  }
  return balls;
}

/** Balls in a row along the longest extent of a shape. */
function around(worldFromLink: Pose, shape: CollisionShape): BodyBall[] {
  const [from, to, radiusM] = row(shape);
  const length = Math.sqrt(from.reduce((sum, value, axis) => sum + (to[axis] - value) * (to[axis] - value), 0));
  const count = 1 + Math.ceil(length / radiusM);
  return Array.from({ length: count }, (_, k) => {
    const share = count === 1 ? 0 : k / (count - 1);
    const point = from.map((value, axis) => value + share * (to[axis] - value)) as unknown as Vec3;
    return { centre: transformPoint(worldFromLink, point), radiusM: radiusM + SHELL_MARGIN_M };
  });
}

function row(shape: CollisionShape): [from: Vec3, to: Vec3, radiusM: number] {
  switch (shape.kind) {
    case 'capsule':
      return [shape.from, shape.to, shape.radiusM];
    case 'sphere':
      return [shape.centre, shape.centre, shape.radiusM];
    case 'box': {
      const [x, y, z] = shape.halfSize;
      const longest = [x, y, z].indexOf(Math.max(x, y, z));
      const others = [x, y, z].filter((_, axis) => axis !== longest);
      const radiusM = Math.sqrt(others[0] * others[0] + others[1] * others[1]);
      const end = (sign: number) =>
        shape.centre.map(
          (value, axis) => value + (axis === longest ? sign * shape.halfSize[axis] : 0),
        ) as unknown as Vec3;
      return [end(-1), end(1), radiusM];
    }
  }
}
