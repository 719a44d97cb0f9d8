// Owns the messages between `capstan bench` and its worker processes.

import { z } from 'zod';
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
        /** The task of this seed, as it is or as changed. */
        taskText: z.string(),
        taskPath: z.string(),
        block: blockSchema,
        /** Where its episode goes, instead of the folder for all. */
        episodeFile: z.string().optional(),
      }),
      result: trialResultSchema,
    },
  },
  notices: {},
  events: {},
} as const satisfies Contract;
