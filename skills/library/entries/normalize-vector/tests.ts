import { normalizeVector } from 'capstan:skills';

for (let k = 1; k < 60; k++) {
  const vector = [Math.sin(k) * 10 ** (k % 9), Math.cos(k), k - 30, 1e-3];
  const unit = normalizeVector(vector);
  const length = Math.hypot(...unit);
  if (!(Math.abs(length - 1) < 1e-12)) throw new Error(`${vector} has length ${length}`);
  const turned = unit.some(
    (value, i) => Math.abs(value * Math.hypot(...vector) - vector[i]) > 1e-6 * Math.hypot(...vector),
  );
  if (turned) throw new Error(`${vector} points elsewhere`);
}
if (normalizeVector([1e-7, 0]).join() !== '1e-7,0') throw new Error('a vector of almost no length was stretched');
if (normalizeVector([2e200, 0, 0]).join() !== '1,0,0') throw new Error('a long vector was lost');
let said = '';
try {
  normalizeVector([NaN, 1]);
} catch (error) {
  said = (error as Error).message;
}
if (!said.includes('finite')) throw new Error('NaN was taken');
