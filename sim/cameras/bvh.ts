// Owns the bounding-volume hierarchy of one triangle mesh: its layout and its building. Must never know of poses, colours
// or cameras.
//
// Built by binned surface-area heuristic (I. Wald, "On fast construction of SAH-based bounding volume hierarchies",
// 2007).

/** Both children's boxes stand in their parent: a visit of a node reads one block of memory. */
export const BOXES_PER_NODE = 12;
const BIN_COUNT = 16;
const MAX_LEAF_TRIANGLES = 4;
/** From this depth on the split is the median, so that the tree's depth is bounded whatever the mesh. */
const BALANCED_FROM_DEPTH = 40;
/** Links a traversal may have to keep: one per level. */
export const STACK_SIZE = 128;

export interface Bvh {
  /** Per inner node: box of the left child (min xyz, max xyz), box of the right child; metres. */
  readonly boxes: Float32Array;
  /** Per inner node: left and right link. A link >= 0 is an inner node, a link below is ~(first * 8 + count) of a leaf. */
  readonly links: Int32Array;
  readonly rootLink: number;
  /** Per triangle in tree order: corner xyz, first edge xyz, second edge xyz; metres. */
  readonly corners: Float64Array;
  /** Number in the mesh of each triangle in tree order. */
  readonly triangleIds: Uint32Array;
}

export function buildBvh(positions: Float32Array, indices: Uint32Array): Bvh {
  const count = indices.length / 3;
  const boxes = new Float32Array(count * 6);
  const centres = new Float32Array(count * 3);
  for (let t = 0; t < count; t++) {
    for (let axis = 0; axis < 3; axis++) {
      const a = positions[indices[t * 3] * 3 + axis];
      const b = positions[indices[t * 3 + 1] * 3 + axis];
      const c = positions[indices[t * 3 + 2] * 3 + axis];
      boxes[t * 6 + axis] = Math.min(a, b, c);
      boxes[t * 6 + 3 + axis] = Math.max(a, b, c);
      centres[t * 3 + axis] = (boxes[t * 6 + axis] + boxes[t * 6 + 3 + axis]) / 2;
    }
  }
  const order = new Uint32Array(count);
  for (let t = 0; t < count; t++) order[t] = t;
  const nodeBoxes: number[] = [];
  const links: number[] = [];
  const rootLink = count === 0 ? ~0 : split(boxes, centres, order, 0, count, 0, nodeBoxes, links);
  return {
    boxes: Float32Array.from(nodeBoxes),
    links: Int32Array.from(links),
    rootLink,
    corners: cornersOf(positions, indices, order),
    triangleIds: order,
  };
}

function cornersOf(positions: Float32Array, indices: Uint32Array, order: Uint32Array): Float64Array {
  const corners = new Float64Array(order.length * 9);
  for (let i = 0; i < order.length; i++) {
    const a = indices[order[i] * 3] * 3;
    const b = indices[order[i] * 3 + 1] * 3;
    const c = indices[order[i] * 3 + 2] * 3;
    for (let axis = 0; axis < 3; axis++) {
      corners[i * 9 + axis] = positions[a + axis];
      corners[i * 9 + 3 + axis] = positions[b + axis] - positions[a + axis];
      corners[i * 9 + 6 + axis] = positions[c + axis] - positions[a + axis];
    }
  }
  return corners;
}

/** Sorts order[from..to) into a subtree and returns the link to it. */
function split(
  boxes: Float32Array,
  centres: Float32Array,
  order: Uint32Array,
  from: number,
  to: number,
  depth: number,
  nodeBoxes: number[],
  links: number[],
): number {
  const count = to - from;
  if (count <= 1) return ~(from * 8 + count);
  const cut = depth < BALANCED_FROM_DEPTH ? bestCut(boxes, centres, order, from, to) : undefined;
  if (cut === undefined && count <= MAX_LEAF_TRIANGLES) return ~(from * 8 + count);
  let middle = from;
  if (cut === undefined) {
    middle = medianSplit(centres, order, from, to);
  } else {
    for (let i = from; i < to; i++) {
      if (binOf(centres[order[i] * 3 + cut.axis], cut.low, cut.perBin) >= cut.bin) continue;
      [order[i], order[middle]] = [order[middle], order[i]];
      middle++;
    }
  }
  const node = links.length / 2;
  links.push(0, 0);
  pushBox(boxes, order, from, middle, nodeBoxes);
  pushBox(boxes, order, middle, to, nodeBoxes);
  links[node * 2] = split(boxes, centres, order, from, middle, depth + 1, nodeBoxes, links);
  links[node * 2 + 1] = split(boxes, centres, order, middle, to, depth + 1, nodeBoxes, links);
  return node;
}

function binOf(value: number, low: number, perBin: number): number {
  return Math.min(BIN_COUNT - 1, Math.floor((value - low) * perBin));
}

interface Cut {
  readonly axis: number;
  readonly low: number;
  readonly perBin: number;
  /** First bin of the right side. */
  readonly bin: number;
}

const binBoxes = new Float64Array(BIN_COUNT * 6);
const binCounts = new Int32Array(BIN_COUNT);
const rightCosts = new Float64Array(BIN_COUNT);
const sweep = new Float64Array(6);

/** The cheapest cut, or undefined when a leaf is cheaper or nothing can be cut. */
function bestCut(
  boxes: Float32Array,
  centres: Float32Array,
  order: Uint32Array,
  from: number,
  to: number,
): Cut | undefined {
  const count = to - from;
  emptyBox(sweep, 0);
  for (let i = from; i < to; i++) growBox(sweep, 0, boxes, order[i] * 6);
  const wholeArea = halfArea(sweep);
  let best: Cut | undefined;
  // A leaf costs one unit per triangle, an inner node one unit for itself.
  let bestCost = count <= MAX_LEAF_TRIANGLES ? (count - 1) * wholeArea : Number.POSITIVE_INFINITY;
  for (let axis = 0; axis < 3; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const centre = centres[order[i] * 3 + axis];
      low = Math.min(low, centre);
      high = Math.max(high, centre);
    }
    if (!(high > low)) continue;
    const perBin = (BIN_COUNT * (1 - 1e-9)) / (high - low);
    binCounts.fill(0);
    for (let bin = 0; bin < BIN_COUNT; bin++) emptyBox(binBoxes, bin * 6);
    for (let i = from; i < to; i++) {
      const bin = binOf(centres[order[i] * 3 + axis], low, perBin);
      binCounts[bin]++;
      growBox(binBoxes, bin * 6, boxes, order[i] * 6);
    }
    emptyBox(sweep, 0);
    let held = 0;
    for (let bin = BIN_COUNT - 1; bin > 0; bin--) {
      held += binCounts[bin];
      growBox(sweep, 0, binBoxes, bin * 6);
      rightCosts[bin] = held === 0 ? 0 : held * halfArea(sweep);
    }
    emptyBox(sweep, 0);
    held = 0;
    for (let bin = 1; bin < BIN_COUNT; bin++) {
      held += binCounts[bin - 1];
      growBox(sweep, 0, binBoxes, (bin - 1) * 6);
      if (held === 0 || held === count) continue;
      const cost = held * halfArea(sweep) + rightCosts[bin];
      if (cost >= bestCost) continue;
      bestCost = cost;
      best = { axis, low, perBin, bin };
    }
  }
  return best;
}

function medianSplit(centres: Float32Array, order: Uint32Array, from: number, to: number): number {
  let axis = 0;
  let widest = -1;
  for (let candidate = 0; candidate < 3; candidate++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i++) {
      low = Math.min(low, centres[order[i] * 3 + candidate]);
      high = Math.max(high, centres[order[i] * 3 + candidate]);
    }
    if (high - low <= widest) continue;
    widest = high - low;
    axis = candidate;
  }
  order.subarray(from, to).sort((one, other) => centres[one * 3 + axis] - centres[other * 3 + axis] || one - other);
  return (from + to) >> 1;
}

function emptyBox(box: Float64Array, at: number): void {
  for (let axis = 0; axis < 3; axis++) {
    box[at + axis] = Number.POSITIVE_INFINITY;
    box[at + 3 + axis] = Number.NEGATIVE_INFINITY;
  }
}

function growBox(box: Float64Array, at: number, by: ArrayLike<number>, byAt: number): void {
  for (let axis = 0; axis < 3; axis++) {
    box[at + axis] = Math.min(box[at + axis], by[byAt + axis]);
    box[at + 3 + axis] = Math.max(box[at + 3 + axis], by[byAt + 3 + axis]);
  }
}

function halfArea(box: Float64Array): number {
  const x = box[3] - box[0];
  const y = box[4] - box[1];
  const z = box[5] - box[2];
  return x * y + y * z + z * x;
}

function pushBox(boxes: Float32Array, order: Uint32Array, from: number, to: number, out: number[]): void {
  emptyBox(sweep, 0);
  for (let i = from; i < to; i++) growBox(sweep, 0, boxes, order[i] * 6);
  out.push(sweep[0], sweep[1], sweep[2], sweep[3], sweep[4], sweep[5]);
}
