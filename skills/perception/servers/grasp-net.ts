// Owns the question to Contact-GraspNet: grasps from a depth picture and a mask, brought into the base frame and to the
// fingertip centre. Must never choose a grasp.

import { z } from 'zod';
import type { Observation } from '../../../drivers/cameras/camera-port.ts';
import { TOOL_OFFSET_M } from '../../../sim/robots/panda/kinematics.ts';
import { compose, type Pose, quatFromMat3 } from '../../../sim/spatial.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { type Mask, PerceptionError } from '../detector.ts';
import { decodeNpy, encodeNpy } from '../npy.ts';
import { askServer, type Patience } from '../server-client.ts';

/** A grasp without the measures of the cloud: the network knows no clearance. */
export interface NetworkGrasp {
  /** Fingertip centre, z along the approach, y along the closing; base frame. */
  readonly pose: Pose;
  readonly score: number;
  /** Thickness between the pads as the network sees it, metres. */
  readonly widthM: number;
}

const answerSchema = z.object({
  grasps_base64: z.string(),
  scores_base64: z.string(),
  contact_pts_base64: z.string(),
});

/** Id that marks the thing in the segmentation picture. */
const THING = 1;
const FORWARD_PASSES = 1;
const SERVER_RETRIES = 7;

/**
 * Grasps of what a mask shows, best first; empty when the network finds none.
 * @throws PerceptionError SERVER_DOWN, SERVER_ANSWER
 */
export async function askGraspNet(
  baseUrl: string,
  observation: Observation,
  mask: Pick<Mask, 'pixels'>,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly NetworkGrasp[]> {
  const { width, height, depthM, intrinsics, worldFromCamera } = observation;
  const { fx, fy, cx, cy } = intrinsics;
  const segmap = new Uint8Array(width * height);
  for (const pixel of mask.pixels) segmap[pixel] = THING;
  const array = (data: Uint8Array | Float32Array | Float64Array, shape: readonly number[]) =>
    toBase64(encodeNpy({ data, shape }));
  const answer = await askServer(
    {
      server: 'Contact-GraspNet',
      baseUrl,
      path: '/plan',
      body: {
        depth_base64: array(depthM, [height, width]),
        cam_K_base64: array(Float64Array.of(fx, 0, cx, 0, fy, cy, 0, 0, 1), [3, 3]),
        segmap_base64: array(segmap, [height, width]),
        segmap_id: THING,
        local_regions: true,
        filter_grasps: true,
        skip_border_objects: false,
        forward_passes: FORWARD_PASSES,
        max_retries: SERVER_RETRIES,
      },
      answer: answerSchema,
    },
    patience,
    signal,
  );
  const grasps = decodeNpy(fromBase64(answer.grasps_base64));
  const scores = decodeNpy(fromBase64(answer.scores_base64));
  const contacts = decodeNpy(fromBase64(answer.contact_pts_base64));
  const count = scores.data.length;
  if (grasps.data.length !== count * 16 || contacts.data.length !== count * 3) {
    throw new PerceptionError(
      'SERVER_ANSWER',
      `Contact-GraspNet sent ${count} scores, ${grasps.data.length} numbers for grasps and ${contacts.data.length} for contacts`,
      'Each grasp has one score, a 4 x 4 matrix and one contact point. Check the version of the server.',
    );
  }
  const found = Array.from({ length: count }, (_, i): NetworkGrasp => {
    const m = grasps.data.subarray(i * 16, i * 16 + 16);
    // The network's frame closes along x and has its origin at the hand; ours closes along y, at the fingertips.
    const cameraFromTool: Pose = {
      position: [m[3] + m[2] * TOOL_OFFSET_M, m[7] + m[6] * TOOL_OFFSET_M, m[11] + m[10] * TOOL_OFFSET_M],
      quatWxyz: quatFromMat3([-m[1], m[0], m[2], -m[5], m[4], m[6], -m[9], m[8], m[10]]),
    };
    const off = [0, 1, 2].reduce((sum, k) => sum + (contacts.data[i * 3 + k] - m[k * 4 + 3]) * m[k * 4], 0);
    return { pose: compose(worldFromCamera, cameraFromTool), score: scores.data[i], widthM: 2 * Math.abs(off) };
  });
  for (const { pose, score } of found) {
    if (![...pose.position, ...pose.quatWxyz, score].every(Number.isFinite)) {
      throw new PerceptionError(
        'SERVER_ANSWER',
        'Contact-GraspNet sent a grasp that is not finite',
        'Look into the log of the server.',
      );
    }
  }
  return found.sort((a, b) => b.score - a.score || a.pose.position[0] - b.pose.position[0]);
}
