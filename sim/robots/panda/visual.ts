// Owns the looks of the whole Panda, arm and hand: built in code from the maker's published measures, so that nothing
// must be downloaded. Must never decide where anything moves: collision shapes and kinematics stand elsewhere.

import { elbowVisuals } from './visual-elbow.ts';
import { flangeVisuals } from './visual-flange.ts';
import { forearmVisuals } from './visual-forearm.ts';
import { handVisuals } from './visual-hand.ts';
import type { VisualPart } from './visual-part.ts';
import { seamVisuals } from './visual-seams.ts';
import { shoulderVisuals } from './visual-shoulder.ts';
import { wristVisuals } from './visual-wrist.ts';

let parts: readonly VisualPart[] | undefined;

/** All parts of arm and hand. Built at the first call (a few tenths of a second), the same array ever after. */
export function pandaVisuals(): readonly VisualPart[] {
  parts ??= [
    ...shoulderVisuals(),
    ...elbowVisuals(),
    ...forearmVisuals(),
    ...wristVisuals(),
    ...flangeVisuals(),
    ...handVisuals(),
    ...seamVisuals(),
  ];
  return parts;
}
