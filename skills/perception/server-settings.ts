// Owns which model servers perception may ask, and how patiently. Parsed at the edge; a settings file may hold it as it
// is. Must never ask a server.

import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ }).describe('Base URL, as "http://127.0.0.1:8114".');

export const serverSettingsSchema = z
  .strictObject({
    sam3: address.optional().describe('SAM 3: masks from phrases and points.'),
    sam2: address.optional().describe('SAM 2: masks from boxes and points.'),
    owlVit: address.optional().describe('OWL-ViT: boxes from phrases; its boxes become masks with SAM 2.'),
    molmo: z
      .strictObject({
        url: address.describe('OpenAI-style server, as "http://127.0.0.1:8122/v1".'),
        model: z.string().min(1).default('allenai/Molmo2-8B'),
        apiKey: z.string().min(1).optional(),
      })
      .optional()
      .describe('Molmo: points from phrases.'),
    graspNet: address.optional().describe('Contact-GraspNet: grasps from depth and a mask.'),
    pyroki: address.optional().describe('PyRoKi: inverse kinematics and plans.'),
    timeoutMs: z.number().positive().max(600_000).default(30_000).describe('Longest wait for one answer.'),
    retries: z.int().min(0).max(10).default(3).describe('Further tries when a server is away or fails.'),
    firstWaitMs: z.number().min(0).max(60_000).default(250).describe('Wait before the first further try; it doubles.'),
    leastScore: z.number().min(0).max(1).default(0.3).describe('Masks and boxes that score less are not shown.'),
  })
  .describe('Model servers that perception may ask.');

export type ServerSettings = z.infer<typeof serverSettingsSchema>;
