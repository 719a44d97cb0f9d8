// Owns how a model is named on a command line and in a record, and what each form means. Must never open a connection
// or see a key.

export type ModelName =
  | { readonly provider: 'anthropic' | 'openai'; readonly model: string }
  /** Any server that speaks the Chat Completions of OpenAI. */
  | { readonly provider: 'server'; readonly model: string; readonly baseUrl: string };

/** A name that means no model; the message says which forms do. */
export class ModelNameError extends Error {
  override readonly name = 'ModelNameError';
}

const FORMS =
  'a model is named as "anthropic:NAME", "openai:NAME", or "URL#NAME" for a server of your own, as in "http://127.0.0.1:11434/v1#qwen3"';

/** @throws ModelNameError */
export function parseModelName(text: string): ModelName {
  // A name ends in records and on screens: nothing in it may hide.
  if (/[\s\p{Cc}\p{Cf}]/u.test(text)) throw new ModelNameError(`the model's name may hold no spaces; ${FORMS}`);
  if (/^https?:/i.test(text)) return serverName(text);
  const colon = text.indexOf(':');
  const [provider, model] = colon < 0 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)];
  if (model === '') throw new ModelNameError(`"${text}" names no model; ${FORMS}`);
  if (provider === 'anthropic' || provider === 'openai') return { provider, model };
  if (provider !== '') throw new ModelNameError(`there is no provider "${provider}"; ${FORMS}`);
  const meant = /^claude/i.test(model) ? 'anthropic' : /^(gpt|o\d|chatgpt)/i.test(model) ? 'openai' : undefined;
  throw new ModelNameError(
    meant === undefined ? `"${text}" names no provider; ${FORMS}` : `did you mean "${meant}:${model}"? ${FORMS}`,
  );
}

function serverName(text: string): ModelName {
  const hash = text.indexOf('#');
  const model = hash < 0 ? '' : text.slice(hash + 1);
  if (model === '') throw new ModelNameError(`"${shown(text)}" names a server but no model; ${FORMS}`);
  const address = text.slice(0, hash);
  if (!URL.canParse(address)) throw new ModelNameError(`"${shown(text)}" is no address; ${FORMS}`);
  const url = new URL(address);
  // The name is kept with every episode.
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new ModelNameError(
      'the address of a model server may hold no user, password or query: names are recorded. Put the key into CAPSTAN_MODEL_KEY',
    );
  }
  return { provider: 'server', model, baseUrl: url.href.replace(/\/+$/, '') };
}

/** An address without whatever may be secret in it. */
function shown(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@').replace(/\?[^#]*/, '?…');
}

/** Whether a server runs on this machine, where a request costs nothing. */
export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
