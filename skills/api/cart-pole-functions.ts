// Owns the definitions of the cart-pole domain: reading a cart with a pole and pushing it, one control period at a time.
// After appendix F of "Code as Policies" (arXiv 2209.07753). Must never know how a function is carried out.

import { z } from 'zod';
import { PUSH_N, PUSH_PERIOD_S } from '../../sim/scenes/cart-pole.ts';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';

const TIERS: readonly Tier[] = ['S1', 'S2', 'S3', 'S4'];

const state = {
  schema: z.strictObject({
    positionM: z.number(),
    velocityMPerS: z.number(),
    angleRad: z.number(),
    angularVelocityRadPerS: z.number(),
  }),
  doc: 'Place and speed of the cart, lean and turning speed of the pole; positive is to the right.',
};

const limitRefused: ApiErrorCase = {
  code: 'LIMIT_REFUSED',
  stage: 'limit',
  when: 'the robot time or the number of commands of this block is used up',
  hint: 'End the program when the asked time is over.',
};

export const CART_POLE_FUNCTIONS: readonly ApiFunction[] = [
  {
    name: 'getCartState',
    tiers: TIERS,
    domain: 'cart-pole',
    risk: 'look',
    summary: 'Reads the cart and its pole.',
    details: 'No time passes. The angle is counted from upright; a pole that leans to the right has a positive one.',
    parameters: [],
    result: state,
    errors: [],
    example: 'const { angleRad } = await getCartState();\nconsole.log(angleRad);',
  },
  {
    name: 'pushCart',
    tiers: TIERS,
    domain: 'cart-pole',
    risk: 'move',
    summary: `Pushes the cart with ${PUSH_N} N for one control period of ${PUSH_PERIOD_S} s and returns what it is then.`,
    details: `Time passes only in this call: a loop of ${1 / PUSH_PERIOD_S} calls is one second. The pole goes on falling meanwhile.`,
    parameters: [
      {
        name: 'direction',
        schema: z.enum(['left', 'right', 'none']),
        doc: '"none" lets the period pass without a push.',
      },
    ],
    result: state,
    errors: [limitRefused],
    example:
      "let state = await getCartState();\nfor (let period = 0; period < 50; period++) {\n  state = await pushCart(state.angleRad > 0 ? 'right' : 'left');\n}",
  },
];
