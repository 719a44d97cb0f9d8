// Owns loading the MuJoCo module, once per process. Knows where the binary is only if it is told.

import loadModule from '@mujoco/mujoco';
import type { Mujoco } from './physics.ts';

let loading: Promise<Mujoco> | undefined;

/**
 * The engine, loaded at the first call (about 0.15 s).
 * @param locateFile where the page finds mujoco.wasm; Node finds it beside the package
 */
export function loadMujoco(locateFile?: (file: string) => string): Promise<Mujoco> {
  loading ??= loadModule(locateFile === undefined ? {} : { locateFile });
  return loading;
}
