// Owns the prompt text of an API: what a language model is told before it writes a program.
// Must never promise what the definition does not say.

import { namedTypeText, signatureText } from './declarations.ts';
import type { ApiErrorCase, ApiFunction, PolicyApi, Tier } from './definition.ts';
import { INVALID_ARGUMENT } from './functions.ts';
import { namedTypes } from './policy-api.ts';

/** A module a program may import, as the prompt shows it. */
export interface DocumentedModule {
  /** As "capstan:math". */
  readonly specifier: string;
  /** The .d.ts text of the module. */
  readonly declarations: string;
}

const RULES = `You write a program in TypeScript that moves a robot. The functions below exist already: call them by name, without
importing them, and \`await\` each. A call returns when it is done; calls made at once are carried out one after the
other. Top-level \`await\` is allowed; top-level names stay for the following blocks. There is no file system, no network,
no timer but \`sleep\`, and no import but the modules at the end.

Lengths are metres, angles radians, forces newtons, times seconds of robot time. Positions are in the base frame of the
robot (with two arms, of the left one): x forward, y left, z up. Quaternions are w, x, y, z; a tool that points straight
down is [0, 1, 0, 0]. The position of an arm is that of its fingertip, the point between the ends of the fingers.

A call that fails throws a \`PolicyError\` with \`message\` (what happened), \`hint\` (what to do instead), \`code\`, \`stage\`,
and \`result\` when the arm has moved; after an error the arm is at rest. A block that ends in an error leaves no names
behind, but what the arm did stays done.`;

/** What the answers of each tier are worth, and the order in which its functions are called. */
const HOW_TO_WORK: Readonly<Record<Tier, (api: PolicyApi) => string>> = {
  S1: () => `## How to work
Objects are known exactly, by the names of the task. What a call gives is a copy: after an object has moved, ask again.`,
  S2: () => `## How to work
Objects are found by cameras, anew at every call. Name a thing by colour and shape: "red cube". Positions are measured,
right to about a millimetre when the thing is in full view; a thing behind another, or behind the arm, may not be found.
After anything has moved, ask again. The ways of gotoPose go around what the cameras have shown so far.`,
  S3: lowLevelWork,
  S4: lowLevelWork,
};

const GRIPPING = `5. openGripper before a grasp, closeGripper to take hold; then look at \`holding\`. If it is false, openGripper, homePose
   and look again: the arm hides things from "scene". To put a thing down, lower it until it stands, then openGripper.
`;

const DRAWING = `5. The fingertip is the tip of the pen. Led 3 mm below the surface of a board it presses lightly, on a spring, and draws;
   lead it along a line with servoTo in steps of a few millimetres. "blue drawing", "hexagon" or "green line" name ink.
   The eraser wipes with a face of 0.03 m along x and 0.06 m along y. It lies flat when the tool is turned by 45 degrees
   about its own y axis from pointing down; the tip is then 0.0884 m in front of the middle of that face and 0.0106 m higher.
`;

function lowLevelWork({ arms, tool }: PolicyApi): string {
  const cameras =
    arms === 1
      ? '"scene" stands in front of the table and looks back at the arm; "wrist" is on the hand.'
      : '"scene" looks at both arms from the side; "wrist" is on the left hand, "right wrist" on the right one.';
  return `## How to work
You see through cameras only. ${cameras} The usual order of calls:

1. getObservation takes a picture with depth; its \`id\` stands for it in the calls below. It shows the moment it was taken:
   after anything has moved, take another. The last 16 are kept.
2. segmentText finds a thing in the picture by colour and shape words, and gives a list of masks; segmentPoint finds what
   lies at a pixel. A mask is good for its own picture only: pass it with the \`id\` of the observation it came from.
3. ${tool === 'hand' ? 'planGrasp proposes fingertip poses for a mask. ' : ''}supportHeight, maskPoints and orientedBoundingBox measure where a thing
   stands and how large it is, for instance to put something on it.
4. planMotion looks for a way, executePlan runs it, at once and only once. moveBy goes on in a straight line, as to lift.
   servoTo is for feedback loops of many small steps.
${tool === 'hand' ? GRIPPING : tool === 'pen' ? DRAWING : ''}
Ways go around the table and around what "scene" has shown in its last picture, not around what no picture has shown: look
before the first motion. Depth has noise of a few millimetres and holes (0) at edges; the measuring functions deal with it.`;
}

/** A whole program at tiers S3 and S4, as tier S3 is shown it. */
export const FIRST_PROGRAM = `// Put the red cube on the green cube.
const look = await getObservation();
const [red] = await segmentText(look.id, 'red cube');
const [green] = await segmentText(look.id, 'green cube');
const ground = await supportHeight(look.id, green);
const box = await orientedBoundingBox(await maskPoints(look.id, green), { supportHeightM: ground });

const [grasp] = await planGrasp(look.id, red);
await openGripper();
const there = await planMotion({ pose: { position: grasp.position, quatWxyz: grasp.quatWxyz }, approachM: 0.1 });
await executePlan(there.id);
const { holding } = await closeGripper();
if (!holding) throw new Error('the gripper closed on nothing');
await moveBy([0, 0, 0.15]);

// The fingertip ends as high above the green cube as it was above the table when it took hold.
const top = box.position[2] + box.extent[2] / 2;
const z = top + (grasp.position[2] - ground) + 0.002;
const over = await planMotion({
  pose: { position: [box.position[0], box.position[1], z], quatWxyz: grasp.quatWxyz },
  approachM: 0.1,
});
await executePlan(over.id);
await openGripper();
await moveBy([0, 0, 0.1]);`;

function errorLine(error: ApiErrorCase): string {
  return `  ${error.code} (${error.stage}) when ${error.when}. ${error.hint}`;
}

function functionText(definition: ApiFunction, signature: string, examples: 'with-examples' | 'no-examples'): string {
  const lines = [`### ${signature}`, `${definition.summary} ${definition.details}`];
  for (const parameter of definition.parameters) lines.push(`- ${parameter.name}: ${parameter.doc}`);
  if (definition.result) lines.push(`- returns: ${definition.result.doc}`);
  if (definition.errors.length > 0) lines.push(`- throws: ${definition.errors.map((e) => e.code).join(', ')}`);
  if (definition.example && examples === 'with-examples') lines.push('```ts', definition.example, '```');
  return lines.join('\n');
}

/** What may end any call and is not the program's to mend. */
const LIMITS = `  Any call may also end with STOPPED (stopped), when the operator stops the robot, or with a code of stage timeout, when
  the program has used up its calls or its robot time. Let these pass: nothing that the program does next would be carried
  out.`;

/** The errors of all functions, each once. */
function errorSection(api: PolicyApi): string {
  const byCode = new Map([[INVALID_ARGUMENT.code, INVALID_ARGUMENT]]);
  for (const error of api.functions.flatMap((f) => f.errors)) byCode.set(error.code, error);
  const lines = [...byCode.values()].map(errorLine);
  return `## Errors\n${lines.join('\n')}\n${LIMITS}`;
}

/** Signatures of a module, comments kept, `export declare` dropped. */
function moduleText(module: DocumentedModule): string {
  const body = module.declarations
    .replace(/^export declare /gm, '')
    .replace(/^export (type|interface) /gm, '$1 ')
    .trim();
  return `## import { ... } from '${module.specifier}'\n\`\`\`ts\n${body}\n\`\`\``;
}

/** The API as a language model reads it. Tier S4 has no examples. */
export function documentationText(api: PolicyApi, modules: readonly DocumentedModule[]): string {
  const named = namedTypes(api);
  const isLow = api.tier === 'S3' && api.domain === 'arm' && api.tool === 'hand';
  const examples = api.tier === 'S4' ? 'no-examples' : 'with-examples';
  const types = named.map((type) => `${namedTypeText(type, named)};  // ${type.doc}`);
  const whole = isLow ? `\n\`\`\`ts\n${FIRST_PROGRAM}\n\`\`\`` : '';
  return [
    RULES,
    `${HOW_TO_WORK[api.tier](api)}${whole}`,
    `## Types\n\`\`\`ts\n${types.join('\n')}\n\`\`\``,
    `## Functions\n${api.functions.map((f) => functionText(f, signatureText(f, named), examples)).join('\n\n')}`,
    errorSection(api),
    ...modules.map(moduleText),
  ].join('\n\n');
}
