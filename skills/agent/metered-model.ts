// Owns the meter on a model: every request is set aside in a budget before it is sent, and charged when it ended. Must
// never send a request that the budget does not allow.

import type { Budget } from './budget.ts';
import {
  type Model,
  ModelError,
  type ModelReply,
  type ModelRequest,
  type ReplyPiece,
  type TokenUsage,
} from './model.ts';
import { costUsd, type Price, priceOf, worstCostUsd } from './prices.ts';
import { estimateInputTokens } from './token-estimate.ts';

export interface MeteredReply extends ModelReply {
  /** US dollars for this reply, without attempts that were given up; null when the model's price is not known. */
  readonly costUsd: number | null;
}

export interface MeteredModel extends Model {
  ask(request: ModelRequest, onPiece: (piece: ReplyPiece) => void, signal: AbortSignal): Promise<MeteredReply>;
}

/**
 * A model that charges a budget. An attempt that failed is charged what it used where that is known, and otherwise the
 * worst it could have used: nobody knows what the provider bills.
 * @param price of the model; by its name unless given; null when it is not known
 */
export function meteredModel(model: Model, budget: Budget, price: Price | null = priceOf(model.name)): MeteredModel {
  const charge = (usage: TokenUsage) => ({
    tokens: usage.inputTokens + usage.outputTokens,
    costUsd: price === null ? null : costUsd(price, usage),
  });
  return {
    name: model.name,
    seesImages: model.seesImages,
    get takesTemperature() {
      return model.takesTemperature;
    },
    async ask(request, onPiece, signal) {
      if (signal.aborted) throw cancelled();
      const inputTokens = estimateInputTokens(request);
      const worst = {
        tokens: inputTokens + request.maxOutputTokens,
        costUsd: price === null ? null : worstCostUsd(price, inputTokens, request.maxOutputTokens),
      };
      const reservation = budget.reserve(worst);
      let used = worst;
      try {
        const reply = await model.ask(request, onPiece, signal);
        used = charge(reply.usage);
        return { ...reply, costUsd: used.costUsd };
      } catch (error) {
        if (error instanceof ModelError && error.usage !== undefined) used = charge(error.usage);
        throw error;
      } finally {
        reservation.settle(used);
      }
    },
  };
}

/** The request was taken back before it was sent. */
export function cancelled(): ModelError {
  return new ModelError(
    'CANCELLED',
    'The request was cancelled before it was sent.',
    'Ask again when you want to go on.',
  );
}
