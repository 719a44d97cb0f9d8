// Owns the names that a program at tier S1 can ask for, read from the task. Must never be asked at another tier.

import type { Scene } from '../../sim/scenes/scene.ts';

/** The names of things, their parts, marks and furniture, in that order; the same for every seed of a task. */
export function namesIn({ props, fixtures, marks = [] }: Pick<Scene, 'props' | 'fixtures' | 'marks'>): string[] {
  const features = [...props, ...fixtures].flatMap((body) => body.features ?? []);
  return [...props, ...features, ...marks, ...fixtures].map(({ name }) => name);
}
