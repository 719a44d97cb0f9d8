// The other goal of drawing-erase: wipes the square off in strokes along y, each a little less than the eraser is deep.
const ERASER_DEPTH = 0.03;
const OVERLAP = 0.008;

const [xMin, yMin, xMax, yMax] = await getBbox('square');
const strokes = Math.ceil((xMax - xMin) / (ERASER_DEPTH - OVERLAP));
const step = (xMax - xMin) / strokes;
// One line there and back again, so that the eraser is put down once.
const line: [number, number][] = [];
for (let k = 0; k < strokes; k++) {
  const x = xMin + (k + 0.5) * step;
  const ends: [number, number][] = [
    [x, yMin],
    [x, yMax],
  ];
  if (k % 2 === 1) ends.reverse();
  line.push(...ends);
}
await erase(line);
