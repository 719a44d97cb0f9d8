// Every tier has the same functions here: the state is read from sensors, nothing is looked at.
// Balances the pole at 50 Hz: a push towards the side it will fall to, a little before it gets there.
const PERIODS = 500;

let state = await getCartState();
for (let period = 0; period < PERIODS; period++) {
  const { positionM, velocityMPerS, angleRad, angularVelocityRadPerS } = state;
  // Lean and turning speed decide; place and speed of the cart bring it back to the middle.
  const urge = angleRad + 0.25 * angularVelocityRadPerS + 0.03 * positionM + 0.06 * velocityMPerS;
  state = await pushCart(urge > 0 ? 'right' : 'left');
}
console.log(`the pole leans by ${state.angleRad.toFixed(3)} rad, the cart is ${state.positionM.toFixed(2)} m off`);
