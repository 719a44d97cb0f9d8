// Owns setting aside points that stand alone: flying pixels of depth edges. Must never move a point.

import { filterCloud, type PointCloud } from './point-cloud.ts';

export interface OutlierSettings {
  /** Neighbours whose distance counts. */
  readonly neighbours?: number;
  /** Points whose mean distance to them lies this many deviations above the mean are set aside. */
  readonly deviations?: number;
}

/**
 * Statistical outlier removal (R. B. Rusu et al., "Towards 3D point cloud based object maps", 2008): a point stays when
 * the mean distance to its nearest neighbours is usual for the cloud.
 */
export function removeOutliers(
  cloud: PointCloud,
  { neighbours = 10, deviations = 2 }: OutlierSettings = {},
): PointCloud {
  if (cloud.count <= neighbours) return cloud;
  const distances = neighbourDistances(cloud, neighbours);
  let mean = 0;
  for (const distance of distances) mean += distance / cloud.count;
  let variance = 0;
  for (const distance of distances) variance += ((distance - mean) * (distance - mean)) / cloud.count;
  const limit = mean + deviations * Math.sqrt(variance);
  return filterCloud(cloud, (i) => distances[i] <= limit);
}

/**
 * Keeps the points that have company: `neighbours` others at a mean distance of at most `withinM`. Depth edges smear
 * points into the air between two surfaces, and a hand would avoid them in vain.
 */
export function removeLonely(cloud: PointCloud, neighbours: number, withinM: number): PointCloud {
  if (cloud.count <= neighbours) return cloud;
  const distances = neighbourDistances(cloud, neighbours);
  return filterCloud(cloud, (i) => distances[i] <= withinM);
}

/** Mean distance of each point to its `k` nearest neighbours, metres; far ones are cut off at three cells. */
function neighbourDistances({ count, positions }: PointCloud, k: number): Float64Array {
  const min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const max = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count * 3; i++) {
    const axis = i % 3;
    if (positions[i] < min[axis]) min[axis] = positions[i];
    if (positions[i] > max[axis]) max[axis] = positions[i];
  }
  // Seen points lie on surfaces: so many cells that one holds about as many points as are asked for.
  const [a, b, c] = max.map((m, axis) => m - min[axis]).sort((p, q) => q - p);
  const cell = Math.max(1e-4, Math.sqrt(((a * Math.max(b, c, 1e-4)) / count) * k * 0.7));
  const nx = Math.floor((max[0] - min[0]) / cell) + 1;
  const ny = Math.floor((max[1] - min[1]) / cell) + 1;
  const nz = Math.floor((max[2] - min[2]) / cell) + 1;
  const cells = new Map<number, number[]>();
  const cellOf = (i: number, axis: number) => Math.floor((positions[i * 3 + axis] - min[axis]) / cell);
  for (let i = 0; i < count; i++) {
    const key = (cellOf(i, 2) * ny + cellOf(i, 1)) * nx + cellOf(i, 0);
    const list = cells.get(key);
    if (list === undefined) cells.set(key, [i]);
    else list.push(i);
  }
  const nearest = new Float64Array(k);
  const means = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [cx, cy, cz] = [cellOf(i, 0), cellOf(i, 1), cellOf(i, 2)];
    let found = 0;
    const visit = (x: number, y: number, z: number): void => {
      for (const j of cells.get((z * ny + y) * nx + x) ?? []) {
        if (j === i) continue;
        const dx = positions[j * 3] - positions[i * 3];
        const dy = positions[j * 3 + 1] - positions[i * 3 + 1];
        const dz = positions[j * 3 + 2] - positions[i * 3 + 2];
        const square = dx * dx + dy * dy + dz * dz;
        if (found === k && square >= nearest[k - 1]) continue;
        let at = found < k ? found++ : k - 1;
        while (at > 0 && nearest[at - 1] > square) {
          nearest[at] = nearest[at - 1];
          at--;
        }
        nearest[at] = square;
      }
    };
    let ring = 0;
    for (; ring <= 3; ring++) {
      for (let z = Math.max(0, cz - ring); z <= Math.min(nz - 1, cz + ring); z++) {
        for (let y = Math.max(0, cy - ring); y <= Math.min(ny - 1, cy + ring); y++) {
          for (let x = Math.max(0, cx - ring); x <= Math.min(nx - 1, cx + ring); x++) {
            const reach = Math.max(Math.abs(x - cx), Math.abs(y - cy), Math.abs(z - cz));
            if (reach === ring) visit(x, y, z);
          }
        }
      }
      // What lies in further rings is at least this far away.
      if (found === k && nearest[k - 1] <= ring * ring * cell * cell) break;
    }
    const missing = (k - found) * 3 * cell;
    let sum = missing;
    for (let j = 0; j < found; j++) sum += Math.sqrt(nearest[j]);
    means[i] = sum / k;
  }
  return means;
}
