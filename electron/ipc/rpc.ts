// Owns typed requests between two of our processes: zod on both sides, one reply per request, events one way. Must never
// hand an unchecked value to a handler, nor leave a caller waiting when the other side is gone.

import { z } from 'zod';

/** What one process can be asked, and what it tells unasked. */
export interface Contract {
  readonly requests: Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>;
  /** One-way, caller to server. */
  readonly notices: Readonly<Record<string, z.ZodType>>;
  /** One-way, server to caller. */
  readonly events: Readonly<Record<string, z.ZodType>>;
}

/** A duplex channel that keeps messages whole and in order: a child process or a message port. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the other side is gone. */
  onClose(listener: (reason: string) => void): void;
}

/** Plain data that nobody may change on the way; binary data stays what it is. */
export type Frozen<T> = T extends ArrayBufferView
  ? T
  : T extends readonly unknown[] | object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

export type Params<C extends Contract, Name extends keyof C['requests']> = Frozen<
  z.infer<C['requests'][Name]['params']>
>;
export type Result<C extends Contract, Name extends keyof C['requests']> = Frozen<
  z.infer<C['requests'][Name]['result']>
>;

export type Handlers<C extends Contract> = {
  readonly [Name in keyof C['requests']]: (params: Params<C, Name>) => Promise<Result<C, Name>>;
};
export type NoticeHandlers<C extends Contract> = {
  readonly [Name in keyof C['notices']]: (data: z.infer<C['notices'][Name]>) => void;
};
export type EventHandlers<C extends Contract> = {
  readonly [Name in keyof C['events']]?: (data: z.infer<C['events'][Name]>) => void;
};

/** An error as it crosses: enough to show it and to act on it. */
const errorSchema = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  hint: z.string().optional(),
  stage: z.string().optional(),
});

const envelopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id: z.int(), name: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('reply'), id: z.int(), result: z.unknown() }),
  z.object({ kind: z.literal('failure'), id: z.int(), error: errorSchema }),
  z.object({ kind: z.literal('notice'), name: z.string(), data: z.unknown() }),
  z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown() }),
]);

/** The other process refused or failed, or is gone. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly remoteName: string;
  readonly code: string;
  readonly hint: string;
  readonly stage: string | undefined;

  constructor(error: z.infer<typeof errorSchema>) {
    super(error.message);
    this.remoteName = error.name;
    this.code = error.code ?? 'INTERNAL';
    this.hint = error.hint ?? '';
    this.stage = error.stage;
  }
}

function crossing(error: unknown): z.infer<typeof errorSchema> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const text = (key: string) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : undefined;
  };
  return { name: error.name, message: error.message, code: text('code'), hint: text('hint'), stage: text('stage') };
}

function malformedRequest(name: string, { issues }: z.ZodError): RemoteError {
  const [{ path, message }] = issues;
  const where = path.length === 0 ? '' : ` at ${path.join('.')}`;
  return new RemoteError({
    name: 'BadRequest',
    code: 'BAD_REQUEST',
    message: `the request "${name}" is malformed${where}: ${message}. Nothing was changed.`,
  });
}

export interface Server<C extends Contract> {
  emit<Name extends keyof C['events'] & string>(name: Name, data: z.infer<C['events'][Name]>): void;
}

/**
 * Answers the requests of the other side. Malformed messages are answered with an error where they can be, never obeyed.
 * @param onRefused told why, for each message that was not taken
 */
export function serve<C extends Contract>(
  contract: C,
  channel: Channel,
  handlers: Handlers<C>,
  notices: NoticeHandlers<C>,
  onRefused: (why: string) => void = () => undefined,
): Server<C> {
  channel.onMessage((raw) => {
    const message = envelopeSchema.safeParse(raw);
    if (!message.success) return onRefused('it is no message of ours');
    if (message.data.kind === 'notice') {
      const { name, data } = message.data;
      if (!Object.hasOwn(contract.notices, name)) return onRefused('there is no such notice');
      const parsed = contract.notices[name].safeParse(data);
      if (!parsed.success) return onRefused(`the notice "${name}" is malformed`);
      notices[name](parsed.data as never);
      return;
    }
    if (message.data.kind !== 'request') return onRefused('nobody asked for an answer');
    const { id, name, params } = message.data;
    const answer = async () => {
      if (!Object.hasOwn(contract.requests, name)) {
        onRefused('there is no such request');
        throw new RemoteError({ name: 'BadRequest', code: 'BAD_REQUEST', message: `there is no request "${name}"` });
      }
      const parsed = contract.requests[name].params.safeParse(params);
      if (!parsed.success) {
        onRefused(`the request "${name}" is malformed`);
        throw malformedRequest(name, parsed.error);
      }
      const result = await handlers[name](parsed.data as never);
      return contract.requests[name].result.parse(result);
    };
    answer().then(
      (result) => channel.send({ kind: 'reply', id, result }),
      (error) => channel.send({ kind: 'failure', id, error: crossing(error) }),
    );
  });
  return { emit: (name, data) => channel.send({ kind: 'event', name, data }) };
}

export interface Client<C extends Contract> {
  /** @throws RemoteError */
  request<Name extends keyof C['requests'] & string>(name: Name, params: Params<C, Name>): Promise<Result<C, Name>>;
  notify<Name extends keyof C['notices'] & string>(name: Name, data: z.infer<C['notices'][Name]>): void;
}

/** Asks the other side. Every open request fails when it is gone. */
export function connect<C extends Contract>(contract: C, channel: Channel, events: EventHandlers<C>): Client<C> {
  const waiting = new Map<number, { name: string; resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let gone: string | undefined;
  channel.onMessage((raw) => {
    const message = envelopeSchema.safeParse(raw);
    if (!message.success) return;
    if (message.data.kind === 'event') {
      const { name, data } = message.data;
      if (!Object.hasOwn(contract.events, name)) return;
      const parsed = contract.events[name].safeParse(data);
      if (parsed.success) events[name]?.(parsed.data as never);
      return;
    }
    if (message.data.kind !== 'reply' && message.data.kind !== 'failure') return;
    const open = waiting.get(message.data.id);
    if (open === undefined) return;
    waiting.delete(message.data.id);
    if (message.data.kind === 'failure') {
      open.reject(new RemoteError(message.data.error));
      return;
    }
    const parsed = contract.requests[open.name].result.safeParse(message.data.result);
    if (parsed.success) open.resolve(parsed.data as never);
    else open.reject(new Error(`the answer to "${open.name}" is malformed: ${parsed.error.message}`));
  });
  channel.onClose((reason) => {
    gone = reason;
    for (const { reject } of waiting.values())
      reject(new RemoteError({ name: 'ProcessGone', code: 'PROCESS_GONE', message: reason }));
    waiting.clear();
  });
  return {
    request: (name, params) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) {
          reject(new RemoteError({ name: 'ProcessGone', code: 'PROCESS_GONE', message: gone }));
          return;
        }
        lastId += 1;
        waiting.set(lastId, { name, resolve: resolve as (value: never) => void, reject });
        channel.send({ kind: 'request', id: lastId, name, params });
      }),
    notify: (name, data) => {
      if (gone === undefined) channel.send({ kind: 'notice', name, data });
    },
  };
}
