// Owns the step between a program's lists of points and the shapes of jsts, with words for what is wrong with a list. The one
// place of `capstan:geometry` that knows the library. Must never hand a broken shape on: jsts answers those with nonsense.

import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js';
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import IsValidOp from 'jsts/org/locationtech/jts/operation/valid/IsValidOp.js';

type Point = readonly [x: number, y: number];
type Part = { readonly outline: readonly Point[]; readonly holes: readonly (readonly Point[])[] };

/** What this module uses of a coordinate of jsts, whose own types say nothing. */
export interface JtsCoordinate {
  readonly x: number;
  readonly y: number;
}

/** What this module uses of a shape of jsts. */
export interface JtsShape {
  isEmpty(): boolean;
  getArea(): number;
  getLength(): number;
  getGeometryType(): string;
  getNumGeometries(): number;
  getGeometryN(index: number): JtsShape;
  getCoordinates(): readonly JtsCoordinate[];
  getExteriorRing(): JtsShape;
  getNumInteriorRing(): number;
  getInteriorRingN(index: number): JtsShape;
}

/** Longest list of points: the work of some operations grows with its square. */
const MAX_POINTS = 20_000;

const factory = new GeometryFactory();

/** @throws RangeError that names the function */
export function fail(name: string, what: string): never {
  throw new RangeError(`${name}: ${what}.`);
}

export function checkNumber(name: string, what: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    fail(name, `${what} is ${value}; it must be a finite number`);
}

export function checkPositive(name: string, what: string, value: number): void {
  checkNumber(name, what, value);
  if (!(value > 0)) fail(name, `${what} is ${value}; it must be positive`);
}

export function checkPoint(name: string, what: string, point: Point): void {
  if (!Array.isArray(point) || point.length < 2) fail(name, `${what} is no point; a point is [x, y]`);
  if (point.length > 2) fail(name, `${what} has ${point.length} components; this module is flat, a point is [x, y]`);
  checkNumber(name, `the x of ${what}`, point[0]);
  checkNumber(name, `the y of ${what}`, point[1]);
}

export function checkPoints(name: string, what: string, points: readonly Point[], atLeast: number): void {
  if (!Array.isArray(points)) fail(name, `${what} is no list of points`);
  if (points.length < atLeast) fail(name, `${what} has ${points.length} points; it needs at least ${atLeast}`);
  if (points.length > MAX_POINTS) fail(name, `${what} has ${points.length} points; the limit is ${MAX_POINTS}`);
  for (let i = 0; i < points.length; i++) checkPoint(name, `${what}[${i}]`, points[i]);
}

const same = (a: Point, b: Point) => a[0] === b[0] && a[1] === b[1];

function coordinates(points: readonly Point[]): unknown[] {
  return points.map(([x, y]) => new Coordinate(x, y));
}

/** Corners without points that repeat the one before them, the first not repeated at the end. */
function corners(points: readonly Point[]): Point[] {
  const kept = points.filter((point, i) => i === 0 || !same(point, points[i - 1]));
  while (kept.length > 1 && same(kept[0], kept[kept.length - 1])) kept.pop();
  return kept;
}

function ring(name: string, what: string, points: readonly Point[]): unknown {
  checkPoints(name, what, points, 3);
  const kept = corners(points);
  if (kept.length < 3) fail(name, `${what} has ${kept.length} different corners; an area needs at least 3`);
  return factory.createLinearRing(coordinates([...kept, kept[0]]));
}

function isRing(area: unknown): area is readonly Point[] {
  return Array.isArray(area) && Array.isArray(area[0]);
}

/** The shape of one ring, or of the parts of a region. */
export function shapeOfArea(name: string, what: string, area: readonly Point[] | readonly Part[]): JtsShape {
  if (!Array.isArray(area)) fail(name, `${what} is no list; an area is a list of corners, or a region`);
  const parts: readonly Part[] = isRing(area) ? [{ outline: area, holes: [] }] : (area as readonly Part[]);
  const polygons = parts.map((part, i) => {
    const place = isRing(area) ? what : `${what}[${i}]`;
    if (!Array.isArray(part?.outline)) fail(name, `${place} is neither a point [x, y] nor a part of a region`);
    const outline = ring(name, isRing(area) ? place : `${place}.outline`, part.outline);
    const holes = (part.holes ?? []).map((hole, k) => ring(name, `${place}.holes[${k}]`, hole));
    return factory.createPolygon(outline, holes) as JtsShape;
  });
  const shape = (polygons.length === 1 ? polygons[0] : factory.createMultiPolygon(polygons)) as JtsShape;
  const fault = new IsValidOp(shape).getValidationError() as {
    getMessage(): string;
    getCoordinate(): JtsCoordinate;
  } | null;
  if (fault !== null) {
    const { x, y } = fault.getCoordinate();
    const where = `near [${Number(x.toPrecision(6))}, ${Number(y.toPrecision(6))}]`;
    const crossing = /self-?intersection/i.test(fault.getMessage());
    const words = crossing ? 'crosses or touches itself' : `is no clean area (${fault.getMessage().toLowerCase()})`;
    fail(name, `${what} ${words} ${where}: list its corners in order around it, or take convexHull of them`);
  }
  return shape;
}

export function shapeOfLine(name: string, what: string, line: readonly Point[]): JtsShape {
  checkPoints(name, what, line, 2);
  const kept = line.filter((point, i) => i === 0 || !same(point, line[i - 1]));
  if (kept.length < 2) fail(name, `${what} has no length: all of its points are one`);
  return factory.createLineString(coordinates(kept)) as JtsShape;
}

export function shapeOfPoint(name: string, what: string, point: Point): JtsShape {
  checkPoint(name, what, point);
  return factory.createPoint(new Coordinate(point[0], point[1])) as JtsShape;
}

export function shapeOfPoints(points: readonly Point[]): JtsShape {
  return factory.createMultiPointFromCoords(coordinates(points)) as JtsShape;
}

export function pointsOfShape(shape: JtsShape): [number, number][] {
  return shape.getCoordinates().map(({ x, y }) => [x, y]);
}

function partsOf(shape: JtsShape): JtsShape[] {
  return Array.from({ length: shape.getNumGeometries() }, (_, i) => shape.getGeometryN(i));
}

/** Corners of a ring, counter-clockwise or clockwise as asked. */
function cornersOf(shape: JtsShape, sense: 1 | -1): [number, number][] {
  const points = pointsOfShape(shape).slice(0, -1);
  const twice = points.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return twice * sense >= 0 ? points : points.reverse();
}

/** The parts of a shape that have an area: outlines counter-clockwise, holes clockwise, the largest part first. */
export function regionOfShape(shape: JtsShape): { outline: [number, number][]; holes: [number, number][][] }[] {
  return partsOf(shape)
    .filter((part) => part.getGeometryType() === 'Polygon' && part.getArea() > 0)
    .sort((a, b) => b.getArea() - a.getArea())
    .map((part) => ({
      outline: cornersOf(part.getExteriorRing(), 1),
      holes: Array.from({ length: part.getNumInteriorRing() }, (_, i) => cornersOf(part.getInteriorRingN(i), -1)),
    }));
}

/** The parts of a shape that are lines. */
export function linesOfShape(shape: JtsShape): [number, number][][] {
  return partsOf(shape)
    .filter((part) => part.getGeometryType() === 'LineString' && part.getLength() > 0)
    .map(pointsOfShape);
}
