// Owns the published motion limits of the Franka Emika Panda (FER): one table, read by control, gate and driver.
// Source: Franka Control Interface documentation, "Robot specifications", Panda.

export const JOINT_COUNT = 7;

export interface JointLimits {
  /** Radians, length 7. */
  readonly minRad: readonly number[];
  readonly maxRad: readonly number[];
  /** rad/s. */
  readonly speedRadPerS: readonly number[];
  /** rad/s^2. */
  readonly accelerationRadPerS2: readonly number[];
  /** rad/s^3. */
  readonly jerkRadPerS3: readonly number[];
  /** Nm. */
  readonly torqueNm: readonly number[];
  /** Nm/s. */
  readonly torqueRateNmPerS: readonly number[];
}

export const PANDA_JOINT_LIMITS: JointLimits = {
  minRad: [-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973],
  maxRad: [2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973],
  speedRadPerS: [2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61],
  accelerationRadPerS2: [15, 7.5, 10, 12.5, 15, 20, 20],
  jerkRadPerS3: [7500, 3750, 5000, 6250, 7500, 10000, 10000],
  torqueNm: [87, 87, 87, 87, 12, 12, 12],
  torqueRateNmPerS: [1000, 1000, 1000, 1000, 1000, 1000, 1000],
};

/** Cartesian limits of the fingertip: m/s, m/s^2 and m/s^3. */
export const PANDA_TOOL_LIMITS = { speedMPerS: 1.7, accelerationMPerS2: 13, jerkMPerS3: 6500 } as const;

/** The Franka Hand: opening in metres, speed in m/s of one finger, forces in newtons (70 N continuous, data sheet). */
export const FRANKA_HAND_LIMITS = { maxWidthM: 0.08, fingerSpeedMPerS: 0.2, maxForceN: 70 } as const;
