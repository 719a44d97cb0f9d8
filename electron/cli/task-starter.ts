// Owns the text a new task file starts from: small, commented, valid and solvable as it is. Text only.

/** A task file with this name. @param name lower-case words joined by hyphens */
export function starterText(name: string): string {
  return `# A task is data: what stands where, what is to be done, and what must hold in the end.
# Lengths in metres, angles in radians, positions in the base frame of the arm: x forward, y left, z up.
# The table top is at z = -0.112. The hand reaches x from 0.35 to 0.72 and y from -0.3 to 0.3 well, and opens 0.08.

name: ${name}
version: 1 # raise it when the task changes: results of two versions are not comparable
instruction: Put the green cube on the blue mat, and the red cube on the green one.

robot:
  arms: 1
  startJointsRad: [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816] # the hand above the table
  startNoiseRad: 0.02 # each trial starts from a slightly other posture

world:
  # What never moves. A flat box on the table is a mat.
  fixtures:
    - { name: table, position: [0.56, 0, -0.137], size: [0.8, 0.8, 0.05], color: [0.78, 0.72, 0.62] }
    - { name: blue mat, position: [0.5, 0.2, -0.111], size: [0.14, 0.14, 0.002], color: [0.2, 0.3, 0.6] }
  # What can be moved. Shapes: box, cylinder, sphere, and bowl and tray, which are hollow.
  props:
    - { name: red cube, shape: box, size: [0.04, 0.04, 0.04], color: [0.82, 0.12, 0.1] }
    - { name: green cube, shape: box, size: { min: [0.04, 0.04, 0.04], max: [0.05, 0.05, 0.05] }, color: [0.13, 0.6, 0.22] }

# Where things start: each seed draws a place from these ranges.
layout:
  - { place: red cube, on: table, x: [0.42, 0.66], y: [-0.25, 0.05], yaw: [0, 6.28318531] }
  - { place: green cube, on: table, x: [0.42, 0.66], y: [-0.25, 0.05], yaw: [0, 6.28318531] }

# What must hold at the end, when everything rests. Words: on, across, inside, near, within, aligned, apart, above, held,
# released, upright; joined by all, any, not.
goal:
  all:
    - on: { object: green cube, support: blue mat }
    - on: { object: red cube, support: green cube }
    - released: { object: red cube }

# For \`--perturb semantic\` and \`--perturb task\`: other words for the instruction, and another goal in the same scene.
rewordings:
  - The red cube belongs on the green one, and that one on the blue mat.
variants:
  - instruction: Put both cubes on the blue mat, side by side.
    goal:
      all:
        - on: { object: green cube, support: blue mat }
        - on: { object: red cube, support: blue mat }
        - released: { object: red cube }

maxRobotTimeS: 60
`;
}

/** Another task's text under a new name, as version 1. */
export function copiedText(text: string, name: string): string {
  return text.replace(/^name: .*$/m, `name: ${name}`).replace(/^version: .*$/m, 'version: 1');
}
