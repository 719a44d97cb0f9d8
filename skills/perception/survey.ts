// Owns what a cell contains as far as its cameras and its robot can tell: the surfaces, every thing that stands on them,
// marks, what the hands hold, and which of them the words of a task mean. Must never see the simulator's objects.
//
// Frames and units: metres in the base frame of arm 0.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { PerceivedMarks, PerceivedScene, PerceivedSupport } from '../../drivers/perceived-scene.ts';
import type { RobotState } from '../../drivers/robot.ts';
import type { BodyBall } from '../../sim/robots/panda/body-balls.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import { distanceToBox } from '../../sim/tasks/box-geometry.ts';
import type { Detector, Mask } from './detector.ts';
import { heldThing, isInGrip } from './held-thing.ts';
import { joinParts, type SeenPiece } from './joined-parts.ts';
import { meantBy, type ShownMask, type ShownThing } from './meant-by.ts';
import { measureIfSeen } from './perceive-object.ts';
import { type Picture, readPicture } from './picture.ts';
import { describe } from './regions.ts';
import { measureShape, type ShapeFeatures } from './shape-features.ts';
import { boxAround, solidsOf } from './solids-of.ts';
import { type Standing, setOnSurfaces } from './standing.ts';
import { planeHeightM, type SupportPlane } from './support-plane.ts';
import { type FoundMask, surveyMasks } from './survey-masks.ts';
import { tablesIn } from './tables.ts';
import { trueColour } from './true-colour.ts';

export interface SurveyPorts {
  /** Looks of the same moment, the scene camera's first. */
  readonly looks: readonly Observation[];
  readonly detector: Detector;
  readonly state: RobotState;
  /** Balls that cover the robot as it stands in the looks. */
  readonly robot: readonly BodyBall[];
  /** Where the arms stand: what lies out of their reach is left out. */
  readonly bases: readonly Vec3[];
  /** What a task calls its things: which of them are in sight is noted. */
  readonly words: readonly string[];
}

/** Taken for the thickness of a surface, metres. */
const SLAB_M = 0.05;
/** Marks are kept as spots on a grid of this side, each this wide, metres. */
const SPOT_SPACING_M = 0.02;
const SPOT_M = 0.03;
const UNSEEN_COLOUR: Vec3 = [0.5, 0.5, 0.5];

/** What lies this close to a larger thing for the greater part is a crumb of it, metres: the depth errs most at rims. */
const CRUMB_M = 0.01;
const CRUMB_SHARE = 0.7;

/** What stands this close to the middle of an arm's base is what it is mounted on, metres: no gripper gets there. */
const FOOT_M = 0.22;

const isAtFoot = (dx: number, dy: number) => dx * dx + dy * dy < FOOT_M * FOOT_M;

interface Seen extends Standing, ShownMask {
  readonly features: ShapeFeatures;
}

/** @throws PerceptionError when the detector cannot be asked */
export async function surveyScene(ports: SurveyPorts, signal?: AbortSignal): Promise<PerceivedScene> {
  const { looks, detector, state, robot, bases } = ports;
  const planes = tablesIn(readPicture(looks[0]), bases);
  const supports = planes.map((plane, index) => supportOf(readPicture(looks[0]), plane, index));
  const found: (FoundMask & ShownMask)[] = [];
  for (const look of looks) {
    const inLook = await surveyMasks(readPicture(look), planes, robot, detector, signal);
    found.push(...inLook.map((one) => ({ ...one, look })));
  }
  const handOf = ({ look, mask }: ShownMask) =>
    state.arms.findIndex((arm) => arm.holding && isInGrip(look, mask, arm.tool));
  const standing = found.flatMap((one): Seen[] => {
    const { look, mask, plane, flat } = one;
    const features = flat || handOf(one) >= 0 ? undefined : measureShape(readPicture(look), mask.pixels);
    const measured = features === undefined ? undefined : measureIfSeen(look, mask);
    if (features === undefined || measured === undefined) return [];
    const [x, y] = measured.pose.position;
    // The stand of an arm is seen over the edge of its table.
    if (bases.some((base) => isAtFoot(x - base[0], y - base[1]))) return [];
    return [{ look, mask, measured, features, shape: features, surfaceM: planeHeightM(plane, x, y) }];
  });
  const eye = looks[0].worldFromCamera.position;
  const pieces = setOnSurfaces(withoutCrumbs(standing, looks[0]), eye).map(pieceOf);
  const held = state.arms.flatMap((arm, index) => {
    const masks = found.filter((one) => handOf(one) === index);
    return arm.holding ? [heldThing(masks, arm, index === 0 ? 'left' : 'right')] : [];
  });
  const things = withNames([...joinParts(pieces).map(bodyOf), ...held]);
  const flat = found.filter((one) => one.flat && one.look === looks[0]);
  const marks = withNames(flat.map(({ mask, plane }) => marksOf(looks[0], mask, supports[planes.indexOf(plane)].name)));
  const shownMarks = marks.map(({ name }, index) => ({ name, masks: [flat[index]] }));
  const named = await meantBy({ looks, detector, words: ports.words, things, marks: shownMarks, supports }, signal);
  return {
    supports,
    things: named.things.map(({ masks: _masks, ...thing }) => thing),
    marks,
    meant: named.meant,
    arms: state.arms.map(({ commandedPositionsRad, gripperWidthM, holding }) => ({
      jointPositionsRad: [...commandedPositionsRad],
      gripperWidthM,
      holding,
    })),
    looks,
    timeS: state.timeS,
  };
}

function supportOf(picture: Picture, plane: SupportPlane, index: number): PerceivedSupport {
  const { middleX, middleY, reachX, reachY } = plane;
  const topM = planeHeightM(plane, middleX, middleY);
  return {
    name: index === 0 ? 'surface' : `surface (${index + 1})`,
    pose: { position: [middleX, middleY, topM - SLAB_M / 2], quatWxyz: [1, 0, 0, 0] },
    size: [2 * reachX, 2 * reachY, SLAB_M],
    colorSrgb: trueColour(picture, plane),
  };
}

/** The things without slivers of them, and without what the scene camera showed before. */
function withoutCrumbs(things: readonly Seen[], first: Observation): readonly Seen[] {
  const order = [...things].sort(
    (a, b) => Number(b.look === first) - Number(a.look === first) || b.mask.pixels.length - a.mask.pixels.length,
  );
  const kept: Seen[] = [];
  for (const thing of order) {
    const { count, positions } = thing.measured.cloud;
    const isKnown = kept.some(({ measured }) => {
      const box = { pose: measured.pose, size: measured.extent };
      let near = 0;
      for (let i = 0; i < count; i++) {
        const point: Vec3 = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
        if (distanceToBox(point, box) < CRUMB_M) near += 1;
      }
      return near > CRUMB_SHARE * count;
    });
    if (!isKnown) kept.push(thing);
  }
  return kept;
}

function pieceOf(piece: Seen | Standing): SeenPiece {
  const { measured } = piece;
  if (!('mask' in piece)) {
    const shape = { kind: 'box', size: measured.extent } as const;
    const solids = [{ shape, pose: measured.pose, colorSrgb: UNSEEN_COLOUR }];
    return { shown: undefined, measured, solids, hangs: false };
  }
  const { look, mask, features, shape } = piece;
  const picture = readPicture(look);
  const colour = trueColour(picture, describe(picture, mask.pixels));
  const solids = solidsOf(measured, features, colour);
  return { shown: { look, mask }, measured, solids, hangs: shape.undersideM > 0 };
}

/** One body of its pieces; each piece but the first is a place on it. */
function bodyOf(pieces: readonly SeenPiece[]): ShownThing {
  const [{ measured }] = pieces;
  const places = pieces.slice(1).map((piece) => ({
    name: piece.measured.label,
    pose: piece.measured.pose,
    size: piece.measured.extent,
  }));
  const solids = pieces.flatMap((piece, index) =>
    index === 0 ? piece.solids : piece.solids.map((solid) => ({ ...solid, place: piece.measured.label })),
  );
  const box =
    pieces.length === 1 && solids.length === 1 ? { pose: measured.pose, size: measured.extent } : boxAround(solids);
  return {
    name: measured.label,
    form: measured.form,
    ...box,
    uncertaintyM: Math.max(...pieces.map(uncertaintyOf)),
    solids,
    places,
    masks: pieces.flatMap(({ shown }) => (shown === undefined ? [] : [shown])),
  };
}

/** Mean distance of what was seen from the box it was taken for; of what was not seen, half of its size. Metres. */
function uncertaintyOf({ shown, measured }: SeenPiece): number {
  if (shown === undefined) return measured.extent[0] / 2;
  const { count, positions } = measured.cloud;
  const inside = (point: Vec3) => {
    const box = { pose: measured.pose, size: measured.extent };
    return distanceToBox(point, box);
  };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += inside([positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]]);
  return count === 0 ? measured.extent[0] / 2 : Math.max(sum / count, 0.001);
}

/** Spots of what lies flat on a surface. */
function marksOf(look: Observation, mask: Mask, on: string): PerceivedMarks {
  const picture = readPicture(look);
  const { depthM, x, y } = picture;
  const spots = new Map<string, readonly [number, number]>();
  for (const pixel of mask.pixels) {
    if (depthM[pixel] === 0) continue;
    const cell = [x[pixel], y[pixel]].map((value) => Math.floor(value / SPOT_SPACING_M));
    spots.set(cell.join('/'), [(cell[0] + 0.5) * SPOT_SPACING_M, (cell[1] + 0.5) * SPOT_SPACING_M]);
  }
  return {
    name: mask.label,
    on,
    diameterM: SPOT_M,
    colorSrgb: trueColour(picture, describe(picture, mask.pixels)),
    points: [...spots.values()],
  };
}

/** Numbers behind names that occur twice. */
function withNames<Named extends { readonly name: string }>(things: readonly Named[]): Named[] {
  const counts = new Map<string, number>();
  return things.map((thing) => {
    // A slash and a hash have a meaning in the names of the simulation.
    const plain = thing.name.replace(/[^\p{L}\p{N} -]/gu, ' ').trim() || 'something';
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    return { ...thing, name: count === 1 ? plain : `${plain} (${count})` };
  });
}
