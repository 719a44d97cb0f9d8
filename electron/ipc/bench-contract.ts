// Owns the messages between `capstan bench` and its worker processes.

import { z } from 'zod';
import { trialResultSchema } from '../../skills/bench/trial-result.ts';
import { blockSchema, tierSchema } from './robot-host-contract.ts';
import type { Contract } from './rpc.ts';

export const BENCH_CONTRACT = {
  requests: {
    /** What every trial of this worker runs. */
    configure: {
      params: z.object({
        taskText: z.string(),
        taskPath: z.string(),
        rigText: z.string(),
        rigPath: z.string(),
        tier: tierSchema,
        policy: z.string(),
        block: blockSchema,
        /** Folder for one episode per trial; null records nothing. */
        recordFolder: z.string().nullable(),
        versions: z.record(z.string(), z.string()),
      }),
      result: z.object({}),
    },
    trial: { params: z.object({ seed: z.int().nonnegative() }), result: trialResultSchema },
  },
  notices: {},
  events: {},
} as const satisfies Contract;
