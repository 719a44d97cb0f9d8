/** The unit vector of the same direction, of any number of components; a vector shorter than 1e-6 comes back as it is. */
export function normalizeVector(vector: number[]): number[] {
  if (!vector.every(Number.isFinite)) throw new RangeError('normalizeVector: every component must be a finite number.');
  // Divided by the largest first, so that no square leaves the range of numbers.
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return [...vector];
  const length = largest * Math.sqrt(vector.reduce((sum, value) => sum + (value / largest) * (value / largest), 0));
  return length < 1e-6 ? [...vector] : vector.map((value) => value / length);
}
