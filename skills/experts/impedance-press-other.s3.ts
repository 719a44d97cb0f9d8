// The other goal of impedance-press, a softer spring of 600 N/m: at 50 Hz the tool moves with the speed at which spring, damper and touch balance.
import { add, norm, scale, subtract } from 'capstan:math';

const REST_POINT: Vec3 = [0.5, 0.1, -0.082];
const STIFFNESS = 600; // N/m
const DAMPING = 1200; // N s/m
const PERIOD = 0.02; // s
const SLOWEST = 0.0005; // m/s: slower than this, it is at rest
const DOWN: Quat = [0, 1, 0, 0];

const above = add(REST_POINT, [0, 0, 0.06]);
await executePlan((await planMotion({ pose: { position: above, quatWxyz: DOWN } })).id);

// What the arm feels before it touches anything is no touch.
const bias = (await getRobotState()).externalForceN;
let target = above;
let calm = 0;
for (let period = 0; period < 400 && calm < 25; period++) {
  const { tool, externalForceN } = await getRobotState();
  const spring = scale(subtract(REST_POINT, tool.position), STIFFNESS);
  const touch = subtract(externalForceN, bias);
  // Sideways the pad would only drag: the law acts along the vertical.
  const velocity: Vec3 = [0, 0, (spring[2] + touch[2]) / DAMPING];
  target = add(target, scale(velocity, PERIOD));
  await servoTo(target, DOWN, { periodS: PERIOD });
  calm = norm(velocity) < SLOWEST ? calm + 1 : 0;
}
