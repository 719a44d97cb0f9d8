// Owns the port from a program's questions to whoever answers them, and the form of questions and answers. Must never know
// a model, nor let an answer through that is not of the form that was asked for.

import { z } from 'zod';
import { ANSWER_KINDS, MAX_SHAPE_POINTS } from './ask-functions.ts';
import type { ApiImplementation } from './binding.ts';
import { PolicyError } from './errors.ts';
import type { ApiCall } from './implementation.ts';
import { vec3Schema } from './named-types.ts';

/** One question, as it crosses processes. */
export const askSchema = z.discriminatedUnion('about', [
  z.object({ about: z.literal('object'), question: z.string(), names: z.array(z.string()).readonly() }),
  z.object({
    about: z.literal('position'),
    description: z.string(),
    objects: z.array(z.object({ name: z.string(), position: vec3Schema.readonly() }).readonly()).readonly(),
  }),
  z.object({ about: z.literal('shape'), description: z.string() }),
  z.object({ about: z.literal('fact'), question: z.string(), kind: z.enum(ANSWER_KINDS) }),
]);
export type Ask = Readonly<z.infer<typeof askSchema>>;

/** Whoever answers. */
export interface Asker {
  /**
   * @returns what `answerSchema` of the question accepts
   * @throws PolicyError of stage 'model' or 'budget'
   */
  ask(question: Ask, signal: AbortSignal): Promise<unknown>;
}

/** What an answer may be: the strict form that a model is held to, and that the program gets. */
export function answerSchema(question: Ask): z.ZodType {
  switch (question.about) {
    case 'object':
      return z.union([z.enum([...question.names]), z.null()]);
    case 'position':
      return vec3Schema;
    case 'shape':
      return z
        .array(z.tuple([z.number(), z.number()]))
        .min(1)
        .max(MAX_SHAPE_POINTS);
    case 'fact':
      return { string: z.string(), number: z.number(), boolean: z.boolean() }[question.kind];
  }
}

/** The functions of a session that has somebody to ask. */
export function askImplementation(asker: Asker): ApiImplementation {
  const ask = async (question: Ask, signal: AbortSignal) => {
    const answer = answerSchema(question).safeParse(await asker.ask(question, signal));
    if (answer.success) return answer.data;
    throw new PolicyError({
      code: 'NO_ANSWER',
      stage: 'model',
      message: 'The answer has another form than the question asks for. Nothing moved.',
      hint: 'Ask more exactly, or work it out in the program.',
    });
  };
  type Of<About extends Ask['about']> = Omit<Extract<Ask, { about: About }>, 'about'>;
  return {
    askObject: ({ question, names }: Of<'object'>, { signal }: ApiCall) =>
      ask({ about: 'object', question, names }, signal),
    askPosition: ({ description, objects }: Of<'position'>, { signal }: ApiCall) =>
      ask({ about: 'position', description, objects }, signal),
    askShape: ({ description }: Of<'shape'>, { signal }: ApiCall) => ask({ about: 'shape', description }, signal),
    askQuestion: ({ question, kind }: Of<'fact'>, { signal }: ApiCall) =>
      ask({ about: 'fact', question, kind }, signal),
  };
}

/** The call that asked this: its name and its arguments, in order. */
export function callOf(question: Ask): readonly [name: string, argumentsOfIt: readonly unknown[]] {
  switch (question.about) {
    case 'object':
      return ['askObject', [question.question, question.names]];
    case 'position':
      return ['askPosition', [question.description, question.objects]];
    case 'shape':
      return ['askShape', [question.description]];
    case 'fact':
      return ['askQuestion', [question.question, question.kind]];
  }
}

/** What a question meets where nobody is there to answer. */
export function noModel(): PolicyError {
  return new PolicyError({
    code: 'MODEL_FAILED',
    stage: 'model',
    message: 'This session has no model to ask. Nothing moved.',
    hint: 'Start the session with a model, as in --policy model --model anthropic:NAME.',
  });
}
