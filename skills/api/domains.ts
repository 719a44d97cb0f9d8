// Owns the list of functions that only some tasks have, and what carries them out. A domain adds its definitions and its
// implementation here and nowhere else.

import type { Task } from '../../sim/tasks/task-schema.ts';
import type { ApiImplementation } from './binding.ts';
import { type CartPolePort, cartPoleImplementation } from './cart-pole.ts';
import { CART_POLE_FUNCTIONS } from './cart-pole-functions.ts';
import type { ApiFunction } from './definition.ts';
import { drawingImplementation } from './drawing.ts';
import { DRAWING_FUNCTIONS } from './drawing-functions.ts';
import type { MotionPorts } from './motions.ts';
import type { SceneKnowledge } from './scene-knowledge.ts';
import { tabletopImplementation } from './tabletop.ts';
import { TABLETOP_FUNCTIONS } from './tabletop-functions.ts';

/** The definitions of every domain. */
export const DOMAIN_FUNCTIONS: readonly ApiFunction[] = [
  ...DRAWING_FUNCTIONS,
  ...TABLETOP_FUNCTIONS,
  ...CART_POLE_FUNCTIONS,
];

/** Whether programs of a task's domain have its functions at a tier; those of the arm are there at each. */
export function hasFunctionsAt(domain: Task['api'], tier: string): boolean {
  const own = DOMAIN_FUNCTIONS.filter((one) => one.domain === domain);
  return own.length === 0 || own.some(({ tiers }) => (tiers as readonly string[]).includes(tier));
}

export interface DomainPorts extends MotionPorts {
  readonly scene: SceneKnowledge;
  readonly task: Task;
  /** The machine beside the robot, where the task has one. */
  readonly cartPole?: CartPolePort;
}

/** What carries out the functions of a task's domain; nothing for plain arm tasks. */
export function domainImplementation(ports: DomainPorts): ApiImplementation {
  if (ports.task.api === 'drawing') return drawingImplementation(ports);
  if (ports.task.api === 'cart-pole') return cartPoleImplementation(ports);
  if (ports.task.api === 'tabletop') return tabletopImplementation(ports);
  return {};
}
