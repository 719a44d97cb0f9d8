// Owns the messages between `capstan bench` and its worker processes.

import { z } from 'zod';
import { PERTURBATIONS } from '../../skills/bench/perturbation.ts';
import { trialResultSchema } from '../../skills/bench/trial-result.ts';
import { blockSchema, tierSchema } from './robot-host-contract.ts';
import type { Contract } from './rpc.ts';

export const BENCH_CONTRACT = {
  requests: {
    /** What the trials of this worker can run; each trial names one of the arms by its index. */
    configure: {
      params: z.object({
        arms: z.array(
          z.object({
            tier: tierSchema,
            policy: z.string(),
            perturbation: z.enum(PERTURBATIONS),
            block: blockSchema,
            versions: z.record(z.string(), z.string()),
            rigText: z.string(),
            rigPath: z.string(),
          }),
        ),
        /** Folder for one episode per trial; null records nothing. */
        recordFolder: z.string().nullable(),
      }),
      result: z.object({}),
    },
    trial: {
      params: z.object({
        arm: z.int().nonnegative(),
        seed: z.int().nonnegative(),
        /** The task of this seed, before its perturbation. */
        taskText: z.string(),
        taskPath: z.string(),
      }),
      result: trialResultSchema,
    },
  },
  notices: {},
  events: {},
} as const satisfies Contract;
