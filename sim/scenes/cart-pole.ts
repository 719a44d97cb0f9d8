// Owns a cart on a rail with a pole that can fall: its MJCF, where it stands, and what became of it since the start. The
// sizes, masses and force are those of the classic problem (Barto, Sutton and Anderson 1983, as in Gym's CartPole-v1).
// Must never decide how it is pushed.

import type { Physics } from '../engine/physics.ts';
import type { Vec3 } from '../spatial.ts';

/** What it is at an instant. Positive is to the right, seen from the robot. */
export interface CartPoleReading {
  readonly positionM: number;
  readonly velocityMPerS: number;
  /** From upright. */
  readonly angleRad: number;
  readonly angularVelocityRadPerS: number;
}

/** A cart-pole in a scene: where its rail has its middle, and how it starts. */
export interface CartPoleMount {
  readonly kind: 'cart-pole';
  /** Base frame of arm 0, metres. */
  readonly position: Vec3;
  readonly start: CartPoleReading;
}

/** Out of reach of the arm, in front of it. */
export const CART_POLE_POSITION: Vec3 = [1.6, 0, 0.1];
/** Push of the motor, newtons. */
export const PUSH_N = 10;
/** A push lasts for this long, seconds. */
export const PUSH_PERIOD_S = 0.02;
/** Each of the four numbers starts within this of 0, in its own unit. */
export const START_SPREAD = 0.05;

const CART_KG = 1;
const POLE_KG = 0.1;
const POLE_M = 1;
const HALF_POLE_M = POLE_M / 2;
/** Looks only: nothing touches them. */
const [CART_HALF, POLE_HALF_WIDTH_M] = ['0.1 0.2 0.08', 0.02];

/**
 * Bodies and joints: a slide to the right, a hinge that turns to the right. Nothing touches cart or pole; the pole is a
 * thin rod, so that its moment of inertia about its middle is m l^2 / 12.
 */
export function cartPoleMjcf({ position }: CartPoleMount): { readonly body: string; readonly actuator: string } {
  const rod = (POLE_KG * POLE_M * POLE_M) / 12;
  const none = 'contype="0" conaffinity="0"';
  return {
    body:
      `<body name="cart" pos="${position.join(' ')}"><joint name="cart-pole/slide" type="slide" axis="0 -1 0"/>` +
      `<inertial pos="0 0 0" mass="${CART_KG}" diaginertia="0.01 0.01 0.01"/>` +
      `<geom name="cart" type="box" size="${CART_HALF}" ${none}/>` +
      `<body name="pole"><joint name="cart-pole/hinge" type="hinge" axis="1 0 0"/>` +
      `<inertial pos="0 0 ${HALF_POLE_M}" mass="${POLE_KG}" diaginertia="${rod} ${rod} 0.00001"/>` +
      `<geom name="pole" type="box" pos="0 0 ${HALF_POLE_M}" size="${POLE_HALF_WIDTH_M} ${POLE_HALF_WIDTH_M} ${HALF_POLE_M}" ${none}/>` +
      '</body></body>',
    actuator: '<motor name="cart-pole/motor" joint="cart-pole/slide" gear="1"/>',
  };
}

/** How far it strayed, tick by tick from the start of robot time. */
export interface CartPoleState {
  readonly positionsM: readonly number[];
  readonly anglesRad: readonly number[];
}

/** The cart-pole of one world. */
export class CartPole {
  readonly #physics: Physics;
  readonly #slide: { readonly qpos: number; readonly qvel: number };
  readonly #hinge: { readonly qpos: number; readonly qvel: number };
  readonly #motor: number;
  #positionsM: number[] = [];
  #anglesRad: number[] = [];

  constructor(physics: Physics) {
    this.#physics = physics;
    this.#slide = physics.jointAddress('cart-pole/slide');
    this.#hinge = physics.jointAddress('cart-pole/hinge');
    this.#motor = physics.id('actuator', 'cart-pole/motor');
  }

  /** Puts it where it starts: done when the rest of the world has come to rest. */
  begin({ positionM, velocityMPerS, angleRad, angularVelocityRadPerS }: CartPoleReading): void {
    const { qpos, qvel } = this.#physics.views;
    qpos[this.#slide.qpos] = positionM;
    qvel[this.#slide.qvel] = velocityMPerS;
    qpos[this.#hinge.qpos] = angleRad;
    qvel[this.#hinge.qvel] = angularVelocityRadPerS;
    this.#physics.forward();
  }

  reading(): CartPoleReading {
    const { qpos, qvel } = this.#physics.views;
    return {
      positionM: qpos[this.#slide.qpos],
      velocityMPerS: qvel[this.#slide.qvel],
      angleRad: qpos[this.#hinge.qpos],
      angularVelocityRadPerS: qvel[this.#hinge.qvel],
    };
  }

  /** Force on the cart from now on, newtons, to the right. */
  push(forceN: number): void {
    this.#physics.views.ctrl[this.#motor] = forceN;
  }

  /** Notes where it is. Called after every tick of robot time. */
  tick(): void {
    const { positionM, angleRad } = this.reading();
    this.#positionsM.push(Math.abs(positionM));
    this.#anglesRad.push(Math.abs(angleRad));
  }

  /** Whether it has stayed within both bounds for this long, from the start. @param ticks time, in ticks */
  stayed(ticks: number, withinM: number, withinRad: number): boolean {
    if (this.#anglesRad.length < ticks) return false;
    return (
      this.#anglesRad.slice(0, ticks).every((angle) => angle <= withinRad) &&
      this.#positionsM.slice(0, ticks).every((position) => position <= withinM)
    );
  }

  state(): CartPoleState {
    return { positionsM: [...this.#positionsM], anglesRad: [...this.#anglesRad] };
  }

  restore({ positionsM, anglesRad }: CartPoleState): void {
    this.#positionsM = [...positionsM];
    this.#anglesRad = [...anglesRad];
  }
}
