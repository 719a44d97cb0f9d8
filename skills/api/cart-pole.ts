// Owns what the functions of the cart-pole domain do: a reading, and a push that lasts one control period of robot time.
// Time passes through the permit of the gate, as everything that takes time. Must never hold a robot, only ports.

import { type CartPoleReading, PUSH_N, PUSH_PERIOD_S } from '../../sim/scenes/cart-pole.ts';
import type { ApiImplementation } from './binding.ts';
import type { ApiCall } from './implementation.ts';
import { type MotionPorts, translated } from './motions.ts';

/** The machine: `CartPole` of a simulated world. */
export interface CartPolePort {
  reading(): CartPoleReading;
  /** Force on the cart from now on, newtons, to the right. */
  push(forceN: number): void;
}

const FORCE_N = { left: -PUSH_N, right: PUSH_N, none: 0 } as const;

export function cartPoleImplementation({
  permit,
  cartPole,
}: Pick<MotionPorts, 'permit'> & { readonly cartPole?: CartPolePort }): ApiImplementation {
  if (cartPole === undefined) throw new RangeError('a task with the functions of the cart-pole has one in its world');
  return {
    getCartState: async () => cartPole.reading(),
    pushCart: async ({ direction }: { direction: keyof typeof FORCE_N }, { signal }: ApiCall) => {
      cartPole.push(FORCE_N[direction]);
      try {
        await translated(() => permit.advance(PUSH_PERIOD_S, signal));
      } finally {
        cartPole.push(0);
      }
      return cartPole.reading();
    },
  };
}
