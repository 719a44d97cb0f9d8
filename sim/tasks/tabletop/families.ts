// Owns the task families of the tabletop suite: every template with its seen and with its unseen attributes.

import { createRandomStream } from '../../random.ts';
import type { TaskFamily } from '../task-family.ts';
import { taskOf } from './draft.ts';
import { ATTRIBUTES, otherGoal, TEMPLATES } from './templates.ts';

/** Draws until a scene has room and its sentence one meaning. */
const MOST_DRAWS = 1000;

export const TABLETOP_FAMILIES: readonly TaskFamily[] = TEMPLATES.flatMap((template) =>
  (['seen', 'unseen'] as const).map((attributes): TaskFamily => {
    const name = `tabletop-${template.name}-${attributes}`;
    return {
      name,
      instruction: template.instruction,
      template: `tabletop-${template.name}`,
      otherTemplate: 'tabletop-s1',
      groups: ['tabletop', `tabletop-${template.group}`, `tabletop-${attributes}`],
      draw: (seed) => {
        const random = createRandomStream(seed, `scene of ${name}`);
        for (let draw = 0; draw < MOST_DRAWS; draw++) {
          const draft = template.draw(random, ATTRIBUTES[attributes]);
          if (draft !== undefined) return taskOf(name, draft, [otherGoal(draft)]);
        }
        throw new RangeError(`no scene of ${name} was found for seed ${seed}: its words leave no room`);
      },
    };
  }),
);
