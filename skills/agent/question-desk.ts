// Owns the answers of a model to what programs ask: one request for each different question of a session, its answer held to
// a strict form. Must never take a question, a name or a description for anything but data, nor guess when the model does not.

import { z } from 'zod';
import { canonicalJson } from '../../drivers/gate/canonical-json.ts';
import { type Ask, type Asker, answerSchema } from '../api/asks.ts';
import { PolicyError } from '../api/errors.ts';
import { fence } from './fence.ts';
import { type ChatMessage, type Model, ModelError, type ModelRequest } from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';

export interface QuestionDeskOptions {
  readonly model: Model;
  readonly prompts: PromptFiles;
  /** Most tokens of an answer, reasoning included. */
  readonly maxOutputTokens: number;
}

/** Replies to one question before it counts as not answered. */
const REPLIES = 2;

/** What a model may reply, and what that means as an answer. */
interface Form {
  readonly words: string;
  readonly schema: z.ZodType;
  readonly data: string;
  answerOf(value: unknown): unknown;
}

export class QuestionDesk implements Asker {
  readonly #options: QuestionDeskOptions;
  /** By the canonical text of the question: the preview and the run, and every later block, have the same answer. */
  readonly #answers = new Map<string, unknown>();
  readonly #open = new Map<string, Promise<unknown>>();

  constructor(options: QuestionDeskOptions) {
    this.#options = options;
  }

  /** @throws PolicyError NO_ANSWER, MODEL_FAILED, OVER_BUDGET or STOPPED; none of them is kept */
  async ask(question: Ask, signal: AbortSignal): Promise<unknown> {
    const key = canonicalJson(question);
    for (;;) {
      if (signal.aborted) throw stopped();
      if (this.#answers.has(key)) return this.#answers.get(key);
      const open = this.#open.get(key);
      if (open === undefined) break;
      // Somebody asks the same now; whether that ends well decides whether it is asked again.
      await open.catch(() => undefined);
    }
    const answer = this.#asked(question, signal);
    this.#open.set(key, answer);
    try {
      const value = await answer;
      this.#answers.set(key, value);
      return value;
    } finally {
      this.#open.delete(key);
    }
  }

  async #asked(question: Ask, signal: AbortSignal): Promise<unknown> {
    const form = formOf(question);
    const { prompts } = this.#options;
    const schema = JSON.stringify(z.toJSONSchema(form.schema));
    const text = fill(prompts, 'question', { question: form.data, form: form.words, schema });
    const messages: ChatMessage[] = [{ role: 'user', parts: [{ kind: 'text', text }] }];
    let problem = '';
    for (let reply = 0; reply < REPLIES; reply++) {
      const said = await this.#reply(messages, signal);
      const read = readReply(said, form);
      if (read.kind === 'answer') return answerSchema(question).parse(form.answerOf(read.value));
      if (read.kind === 'unknown') throw noAnswer(`The model cannot answer this: ${read.why}`);
      problem = read.problem;
      messages.push(
        { role: 'assistant', parts: [{ kind: 'text', text: said === '' ? '(an empty reply)' : said }] },
        { role: 'user', parts: [{ kind: 'text', text: fill(prompts, 'question-again', { problem }) }] },
      );
    }
    throw noAnswer(`The model answered in another form than it was asked for: ${problem}`);
  }

  async #reply(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
    const { model, prompts, maxOutputTokens } = this.#options;
    const request: ModelRequest = {
      purpose: 'question',
      system: fill(prompts, 'question-system', {}),
      messages: [...messages],
      temperature: 0,
      maxOutputTokens,
    };
    try {
      return (await model.ask(request, () => undefined, signal)).text;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw policyErrorOf(error);
    }
  }
}

function formOf(question: Ask): Form {
  const same = (value: unknown) => value;
  switch (question.about) {
    case 'object': {
      const { names } = question;
      // By their numbers: a name may hold what no reply repeats faithfully.
      const listed = names.map((name, index) => `${index + 1}. ${name}`).join('\n');
      return {
        words: `the number of the name that is meant, 1 to ${names.length}; null when none of them is`,
        schema: z.union([z.int().min(1).max(names.length), z.null()]),
        data: `${fence('question', question.question)}\nThe names:\n${fence('objects', listed)}`,
        answerOf: (value) => (value === null ? null : names[(value as number) - 1]),
      };
    }
    case 'position': {
      const { objects, description } = question;
      const listed = objects.map(({ name, position }) => `${name}: [${position.map(millimetres).join(', ')}]`);
      return {
        words: 'the place that is described, [x, y, z] in metres',
        schema: answerSchema(question),
        data: `${fence('question', description)}\nThe things, with their positions:\n${fence('objects', listed.join('\n'))}`,
        answerOf: same,
      };
    }
    case 'shape':
      return {
        words: 'the points of the shape, [x, y] in metres, in the order of its outline',
        schema: answerSchema(question),
        data: fence('question', question.description),
        answerOf: same,
      };
    case 'fact':
      return {
        words: `a ${question.kind}`,
        schema: answerSchema(question),
        data: fence('question', question.question),
        answerOf: same,
      };
  }
}

function millimetres(metres: number): string {
  return metres.toFixed(3);
}

type Read =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'malformed'; readonly problem: string };

const FENCED = /^```(?:json)?[ \t]*\n([\s\S]*?)\n```$/;

function readReply(reply: string, { schema }: Form): Read {
  const text = reply.trim();
  let value: unknown;
  try {
    value = JSON.parse(FENCED.exec(text)?.[1] ?? text);
  } catch {
    return { kind: 'malformed', problem: 'It is not one JSON object.' };
  }
  const known = z.union([z.strictObject({ answer: schema }), z.strictObject({ unknown: z.string() })]).safeParse(value);
  if (!known.success) return { kind: 'malformed', problem: 'It is not of the form that was asked for.' };
  return 'unknown' in known.data
    ? { kind: 'unknown', why: known.data.unknown }
    : { kind: 'answer', value: known.data.answer };
}

function noAnswer(message: string): PolicyError {
  const hint = 'Ask more exactly, or work it out in the program.';
  return new PolicyError({ code: 'NO_ANSWER', stage: 'model', message: `${message} Nothing moved.`, hint });
}

function stopped(): PolicyError {
  const hint = 'Nothing to do in the program: the operator decides how to go on.';
  return new PolicyError({ code: 'STOPPED', stage: 'stopped', message: 'The question was taken back.', hint });
}

function policyErrorOf({ code, message, hint }: ModelError): PolicyError {
  if (code === 'CANCELLED') return stopped();
  return code === 'OVER_BUDGET'
    ? new PolicyError({ code: 'OVER_BUDGET', stage: 'budget', message, hint })
    : new PolicyError({ code: 'MODEL_FAILED', stage: 'model', message: `${message} Nothing moved.`, hint });
}
