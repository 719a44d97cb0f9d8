// Owns the masses and inertias of arm and hand: one named set, written into every recording.
//
// Source: the identified dynamic parameters of franka_ros (inertial.yaml), as used by mujoco_menagerie's
// franka_emika_panda. The values of single links are not physical by themselves (link 1: 0.70 kg m^2 at 5 kg); only
// together do they reproduce the measured torques. Never mix with another set.

import type { Vec3 } from '../../spatial.ts';

export const INERTIAL_SET = 'franka_ros identified parameters';

export interface Inertial {
  /** Kilograms. */
  readonly massKg: number;
  /** Centre of mass in the link frame, metres. */
  readonly centre: Vec3;
  /** About the centre of mass: xx yy zz xy xz yz, kg m^2. */
  readonly inertia: readonly [number, number, number, number, number, number];
}

/** Links 1 to 7. */
export const LINK_INERTIALS: readonly Inertial[] = [
  {
    massKg: 4.970684,
    centre: [0.003875, 0.002081, -0.04762],
    inertia: [0.70337, 0.70661, 0.009117, -0.000139, 0.006772, 0.019169],
  },
  {
    massKg: 0.646926,
    centre: [-0.003141, -0.02872, 0.003495],
    inertia: [0.007962, 0.02811, 0.025995, -0.003925, 0.010254, 0.000704],
  },
  {
    massKg: 3.228604,
    centre: [0.027518, 0.039252, -0.066502],
    inertia: [0.037242, 0.036155, 0.01083, -0.004761, -0.011396, -0.012805],
  },
  {
    massKg: 3.587895,
    centre: [-0.05317, 0.104419, 0.027454],
    inertia: [0.025853, 0.019552, 0.028323, 0.007796, -0.001332, 0.008641],
  },
  {
    massKg: 1.225946,
    centre: [-0.011953, 0.041065, -0.038437],
    inertia: [0.035549, 0.029474, 0.008627, -0.002117, -0.004037, 0.000229],
  },
  {
    massKg: 1.666555,
    centre: [0.060149, -0.014117, -0.010517],
    inertia: [0.001964, 0.004354, 0.005433, 0.000109, -0.001158, 0.000341],
  },
  {
    massKg: 0.735522,
    centre: [0.010517, -0.004252, 0.061597],
    inertia: [0.012516, 0.010027, 0.004815, -0.000428, -0.001196, -0.000741],
  },
];

/** The hand as its maker hands it to the controller as payload. */
export const HAND_INERTIAL: Inertial = {
  massKg: 0.73,
  centre: [-0.01, 0, 0.03],
  inertia: [0.001, 0.0025, 0.0017, 0, 0, 0],
};

/** One finger, taken as a 15 g box. */
export const FINGER_INERTIAL: Inertial = {
  massKg: 0.015,
  centre: [0, 0.01, 0.027],
  inertia: [2.375e-6, 2.375e-6, 7.5e-7, 0, 0, 0],
};
