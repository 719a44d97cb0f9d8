// Owns the definitions of the questions that programs may put to a model: natural language in, a value of a known type out.
// There only in a session that has a model. Must never offer a question whose answer could move anything by itself.

import { z } from 'zod';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';
import { vec3Schema } from './named-types.ts';

/** Longest question or description, characters. */
const MAX_QUESTION_LENGTH = 2000;
/** Most names or objects of a question. */
const MAX_THINGS = 200;
/** Most points of a shape. */
export const MAX_SHAPE_POINTS = 500;

export const ANSWER_KINDS = ['string', 'number', 'boolean'] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

const question = z.string().min(1).max(MAX_QUESTION_LENGTH);
const thingName = z.string().min(1).max(200);
const point = z.tuple([z.number(), z.number()]);

const EVERY_TIER: readonly Tier[] = ['S1', 'S2', 'S3', 'S4'];

/** What may go wrong with any question. */
const ASK_ERRORS: readonly ApiErrorCase[] = [
  {
    code: 'NO_ANSWER',
    stage: 'model',
    when: 'the model says that it cannot answer, or its answer has another form',
    hint: 'Ask more exactly, or work it out in the program.',
  },
  {
    code: 'MODEL_FAILED',
    stage: 'model',
    when: 'the model did not answer',
    hint: 'Nothing to do in the program: see the message, and start again later.',
  },
  {
    code: 'OVER_BUDGET',
    stage: 'budget',
    when: 'the budget of the session does not allow the question',
    hint: 'Let it pass: nothing more can be asked.',
  },
];

const COMMON = 'The answer of a model, not a measurement: it has not seen anything but what the call gives it.';

export const ASK_FUNCTIONS: readonly ApiFunction[] = [
  {
    name: 'askObject',
    tiers: EVERY_TIER,
    risk: 'ask',
    summary: 'Asks a model which one of some names is meant.',
    details: `${COMMON} Equal questions have equal answers within a session.`,
    parameters: [
      { name: 'question', schema: question, doc: 'What is wanted, in any language: "the one to eat".' },
      { name: 'names', schema: z.array(thingName).min(1).max(MAX_THINGS), doc: 'The names to choose from.' },
    ],
    result: {
      schema: z.union([z.string(), z.literal(null)]),
      doc: 'One of the names as it was given, or null for none of them.',
    },
    errors: ASK_ERRORS,
    example:
      "const fruit = await askObject('something sour', ['red cube', 'lemon', 'bowl']);\nif (fruit === null) throw new Error('there is nothing sour');\nawait say(fruit);",
  },
  {
    name: 'askPosition',
    tiers: EVERY_TIER,
    risk: 'ask',
    summary: 'Asks a model for the place that is described, from the places of some things.',
    details: `${COMMON} Check it before anything goes there: is it on the table, is it free?`,
    parameters: [
      { name: 'description', schema: question, doc: 'The place in words: "10 cm left of the bowl".' },
      {
        name: 'objects',
        schema: z.array(z.strictObject({ name: thingName, position: vec3Schema })).max(MAX_THINGS),
        doc: 'The things that the words may refer to, with their positions, metres.',
      },
    ],
    result: { schema: vec3Schema, doc: 'The place, metres, in the base frame.' },
    errors: ASK_ERRORS,
    example:
      "const place = await askPosition('halfway between the two', [\n  { name: 'red cube', position: [0.5, 0.1, 0.02] },\n  { name: 'bowl', position: [0.5, -0.1, 0.02] },\n]);\nconsole.log(place);",
  },
  {
    name: 'askShape',
    tiers: EVERY_TIER,
    risk: 'ask',
    summary: 'Asks a model for the corners of a shape in the plane, in the order of its outline.',
    details: `${COMMON} x is forward, y left, metres, about [0, 0] unless the words say otherwise.`,
    parameters: [{ name: 'description', schema: question, doc: 'The shape in words: "a star of 10 cm".' }],
    result: {
      schema: z.array(point).min(1).max(MAX_SHAPE_POINTS),
      doc: `Its points [x, y], metres, at most ${MAX_SHAPE_POINTS}; a closed outline ends where it began.`,
    },
    errors: ASK_ERRORS,
    example: "const star = await askShape('a star of 10 cm with five points');\nconsole.log(star.length);",
  },
  {
    name: 'askQuestion',
    tiers: EVERY_TIER,
    risk: 'ask',
    summary: 'Asks a model a question that has a word, a number, or yes or no for an answer.',
    details: `${COMMON} Put what it must know into the question.`,
    parameters: [
      { name: 'question', schema: question, doc: 'The question, in any language.' },
      { name: 'kind', schema: z.enum(ANSWER_KINDS), doc: 'What the answer is to be.' },
    ],
    result: { schema: z.union([z.string(), z.number(), z.boolean()]), doc: 'The answer, of that kind.' },
    signature:
      "askQuestion<Kind extends 'string' | 'number' | 'boolean'>(question: string, kind: Kind): Promise<{ string: string; number: number; boolean: boolean }[Kind]>",
    errors: ASK_ERRORS,
    example: "const half = await askQuestion('How much is half of a dozen?', 'number');\nconsole.log(half + 1);",
  },
];

export const ASK_NAMES: readonly string[] = ASK_FUNCTIONS.map(({ name }) => name);
