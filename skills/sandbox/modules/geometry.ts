// Owns the module `capstan:geometry` of policy programs: flat areas, lines and points on plain lists, computed by jsts.
// Bundled into one text for the sandbox; its declarations are printed from this file. Must never give out a class of the
// library. What jsts needs stands in geometry/shapes.ts, plain mathematics of lines in geometry/along.ts.
//
// The engine of the sandbox brings its own mathematics, compiled once and equal on every machine, so that this module may
// use `Math` where the code outside may not (sim/portable-math.ts).

import CentroidOp from 'jsts/org/locationtech/jts/algorithm/Centroid.js';
import HullOp from 'jsts/org/locationtech/jts/algorithm/ConvexHull.js';
import BufferOp from 'jsts/org/locationtech/jts/operation/buffer/BufferOp.js';
import DistanceOp from 'jsts/org/locationtech/jts/operation/distance/DistanceOp.js';
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js';
import RelateOp from 'jsts/org/locationtech/jts/operation/relate/RelateOp.js';
import DouglasPeuckerSimplifier from 'jsts/org/locationtech/jts/simplify/DouglasPeuckerSimplifier.js';
import * as along from './geometry/along.ts';
import {
  checkNumber,
  checkPoint,
  checkPoints,
  checkPositive,
  fail,
  type JtsCoordinate,
  type JtsShape,
  linesOfShape,
  pointsOfShape,
  regionOfShape,
  shapeOfArea,
  shapeOfLine,
  shapeOfPoint,
  shapeOfPoints,
} from './geometry/shapes.ts';

/** Metres in the plane, as the x and y of a position. */
export type Point = [x: number, y: number];
/** Points joined by straight pieces. */
export type Line = Point[];
/** Corners in order around an area, either way round; the first is not repeated at the end. */
export type Polygon = Point[];
/** What operations on areas give: any number of parts, the largest first, each with its holes. */
export type Region = { outline: Polygon; holes: Polygon[] }[];
/** Wherever an area is asked for, either will do. */
export type Area = Polygon | Region;

/** Corners of a quarter circle where an outline is rounded. */
const CORNERS_PER_QUARTER = 8;

function overlay(name: string, a: Area, b: Area, operation: string): Region {
  const [shapeA, shapeB] = [shapeOfArea(name, 'a', a), shapeOfArea(name, 'b', b)];
  const operations = OverlayOp as unknown as Record<string, (a: JtsShape, b: JtsShape) => JtsShape>;
  return regionOfShape(operations[operation](shapeA, shapeB));
}

/** What lies in a, in b, or in both. */
export function union(a: Area, b: Area): Region {
  return overlay('union', a, b, 'union');
}

/** What lies in any of the areas. */
export function unionAll(areas: Area[]): Region {
  return areas.reduce<Region>((sum, area, i) => {
    const shape = shapeOfArea('unionAll', `areas[${i}]`, area);
    return sum.length === 0 ? regionOfShape(shape) : overlay('unionAll', sum, area, 'union');
  }, []);
}

/** What lies in both; an empty region when they do not meet. */
export function intersection(a: Area, b: Area): Region {
  return overlay('intersection', a, b, 'intersection');
}

/** What of a lies outside b. */
export function difference(a: Area, b: Area): Region {
  return overlay('difference', a, b, 'difference');
}

/** The area grown by a distance in metres, corners rounded; shrunk by a negative one, perhaps to nothing. */
export function buffer(area: Area, distanceM: number): Region {
  checkNumber('buffer', 'distanceM', distanceM);
  return regionOfShape(BufferOp.bufferOp(shapeOfArea('buffer', 'area', area), distanceM, CORNERS_PER_QUARTER));
}

/** All that lies within a distance in metres of a line: what a tool of that radius sweeps. */
export function bufferLine(line: Line, distanceM: number): Region {
  checkPositive('bufferLine', 'distanceM', distanceM);
  return regionOfShape(BufferOp.bufferOp(shapeOfLine('bufferLine', 'line', line), distanceM, CORNERS_PER_QUARTER));
}

/** Square metres. */
export function area(of: Area): number {
  return shapeOfArea('area', 'of', of).getArea();
}

/** Length of all edges, holes included, in metres. */
export function perimeter(of: Area): number {
  return shapeOfArea('perimeter', 'of', of).getLength();
}

/** Centre of the area; it may lie outside of a bent one. */
export function centroid(of: Area): Point {
  const shape = shapeOfArea('centroid', 'of', of);
  if (shape.isEmpty()) fail('centroid', 'an empty region has no centre');
  const { x, y } = CentroidOp.getCentroid(shape) as JtsCoordinate;
  return [x, y];
}

/** Smallest box along the axes around points. */
export function boundingBox(points: Point[]): { min: Point; max: Point } {
  checkPoints('boundingBox', 'points', points, 1);
  return along.boxOf(points);
}

/** Smallest area without dents around points; a RangeError when they lie on one line. */
export function convexHull(points: Point[]): Polygon {
  checkPoints('convexHull', 'points', points, 3);
  const hull = new HullOp(shapeOfPoints(points)).getConvexHull() as JtsShape;
  const [part] = regionOfShape(hull);
  if (part === undefined) fail('convexHull', 'the points lie on one line: they enclose no area');
  return part.outline;
}

/**
 * The rectangle of least area around points: its corners, centre, sides in metres (the longer first) and the turn of
 * the longer side from the x axis, in radians in (-pi/2, pi/2].
 */
export function minimumRotatedRectangle(points: Point[]): {
  corners: Polygon;
  center: Point;
  lengthM: number;
  widthM: number;
  yawRad: number;
} {
  return along.leastRectangle(convexHull(points));
}

/** Whether b lies in a with all that belongs to it; a point on the edge lies inside. */
export function contains(a: Area, b: Point | Area): boolean {
  const shape = shapeOfArea('contains', 'a', a);
  const inner =
    typeof b[0] === 'number' ? shapeOfPoint('contains', 'b', b as Point) : shapeOfArea('contains', 'b', b as Area);
  return RelateOp.covers(shape, inner) as boolean;
}

/** Whether two areas have at least a point in common. */
export function intersects(a: Area, b: Area): boolean {
  return RelateOp.intersects(shapeOfArea('intersects', 'a', a), shapeOfArea('intersects', 'b', b)) as boolean;
}

function nearest(name: string, a: JtsShape, b: JtsShape): { distance: number; points: Point[] } {
  if (a.isEmpty() || b.isEmpty()) fail(name, 'an empty region is at no distance from anything');
  const operation = new DistanceOp(a, b);
  const points = operation.nearestPoints() as readonly JtsCoordinate[];
  return { distance: operation.distance() as number, points: points.map(({ x, y }) => [x, y]) };
}

/** Shortest distance in metres between two areas; 0 when they meet. */
export function distance(a: Area, b: Area): number {
  return nearest('distance', shapeOfArea('distance', 'a', a), shapeOfArea('distance', 'b', b)).distance;
}

/** Distance in metres of a point from an area; 0 inside. */
export function distanceToArea(point: Point, to: Area): number {
  const name = 'distanceToArea';
  return nearest(name, shapeOfPoint(name, 'point', point), shapeOfArea(name, 'to', to)).distance;
}

/** The point of an area nearest to a point: the point itself inside. */
export function closestPointOnArea(point: Point, of: Area): Point {
  const name = 'closestPointOnArea';
  return nearest(name, shapeOfArea(name, 'of', of), shapeOfPoint(name, 'point', point)).points[0];
}

/** The point of a line nearest to a point, how far along the line it lies, and its distance from the point, in metres. */
export function closestPointOnLine(point: Point, line: Line): { point: Point; alongM: number; distanceM: number } {
  checkPoint('closestPointOnLine', 'point', point);
  checkPoints('closestPointOnLine', 'line', line, 1);
  return along.closest(point, line);
}

/** Length of a line in metres. */
export function lineLength(line: Line): number {
  checkPoints('lineLength', 'line', line, 1);
  return along.lengthOf(line);
}

/** The point of a line at a distance in metres from its start, held between its ends. */
export function interpolate(line: Line, distanceM: number): Point {
  checkPoints('interpolate', 'line', line, 1);
  checkNumber('interpolate', 'distanceM', distanceM);
  return along.pointAt(line, distanceM);
}

/** Points evenly along a line, both ends included, at most `spacingM` metres apart; its corners are cut. */
export function resample(line: Line, spacingM: number): Line {
  checkPoints('resample', 'line', line, 1);
  checkPositive('resample', 'spacingM', spacingM);
  const length = along.lengthOf(line);
  const count = Math.max(1, Math.ceil(length / spacingM - 1e-9));
  if (count > 20_000) fail('resample', `spacingM ${spacingM} would give ${count} points`);
  return Array.from({ length: count + 1 }, (_, i) => along.pointAt(line, (length * i) / count));
}

/** A line with fewer points that nowhere leaves the given one by more than a tolerance in metres (Douglas-Peucker). */
export function simplify(line: Line, toleranceM: number): Line {
  checkPositive('simplify', 'toleranceM', toleranceM);
  return pointsOfShape(DouglasPeuckerSimplifier.simplify(shapeOfLine('simplify', 'line', line), toleranceM));
}

/** An area with fewer corners whose outline moves by no more than a tolerance in metres. */
export function simplifyArea(of: Area, toleranceM: number): Region {
  checkPositive('simplifyArea', 'toleranceM', toleranceM);
  return regionOfShape(DouglasPeuckerSimplifier.simplify(shapeOfArea('simplifyArea', 'of', of), toleranceM));
}

/** The pieces of a line that lie in an area, in no order. */
export function clipLine(line: Line, to: Area): Line[] {
  return linesOfShape(OverlayOp.intersection(shapeOfLine('clipLine', 'line', line), shapeOfArea('clipLine', 'to', to)));
}

/** The points at which two lines cross. */
export function lineIntersections(a: Line, b: Line): Point[] {
  const crossing = OverlayOp.intersection(
    shapeOfLine('lineIntersections', 'a', a),
    shapeOfLine('lineIntersections', 'b', b),
  ) as JtsShape;
  return pointsOfShape(crossing);
}

/**
 * Straight strokes that cover an area, side by side at most `spacingM` metres apart, each in the opposite direction of
 * the one before: the way of a brush or a wiping pad. Along x unless a direction in radians is given.
 */
export function coverStrokes(of: Area, spacingM: number, directionRad = 0): Line[] {
  checkPositive('coverStrokes', 'spacingM', spacingM);
  checkNumber('coverStrokes', 'directionRad', directionRad);
  const shape = shapeOfArea('coverStrokes', 'of', of);
  if (shape.isEmpty()) return [];
  const strokes = along.rulings(pointsOfShape(shape), spacingM, directionRad);
  if (strokes.length > 5000) fail('coverStrokes', `spacingM ${spacingM} would give ${strokes.length} strokes`);
  return strokes.flatMap(([start, end], i) => {
    const pieces = linesOfShape(OverlayOp.intersection(shapeOfLine('coverStrokes', 'of', [start, end]), shape));
    const from = i % 2 === 0 ? start : end;
    return pieces
      .map((piece) => (along.gap(from, piece[0]) <= along.gap(from, piece[piece.length - 1]) ? piece : piece.reverse()))
      .sort((a, b) => along.gap(from, a[0]) - along.gap(from, b[0]));
  });
}

/** A rectangle by its centre, sides in metres and the turn of its length from the x axis in radians. */
export function rectangle(center: Point, lengthM: number, widthM: number, yawRad = 0): Polygon {
  checkPoint('rectangle', 'center', center);
  checkPositive('rectangle', 'lengthM', lengthM);
  checkPositive('rectangle', 'widthM', widthM);
  checkNumber('rectangle', 'yawRad', yawRad);
  return along.cornersOf(center, lengthM, widthM, yawRad);
}

/** A circle by its centre and radius in metres, as a polygon of 32 corners. */
export function circle(center: Point, radiusM: number): Polygon {
  checkPoint('circle', 'center', center);
  checkPositive('circle', 'radiusM', radiusM);
  const corners = 4 * CORNERS_PER_QUARTER;
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    return [center[0] + radiusM * Math.cos(angle), center[1] + radiusM * Math.sin(angle)];
  });
}
