// Owns that no two windows go by one name: a tab that was duplicated takes over the name with everything else that was
// kept, and the robot host would close the first one's sockets. A reload keeps its name.

import { pageAddress, renameClient } from './page-address.ts';

/** A page that is being reloaded lets go of its name within this time, milliseconds. */
const LET_GO_MS = 500;
const LOOK_AGAIN_MS = 50;

/** Holds a name for as long as this page lives. */
function claim(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(`capstan.${name}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => {});
      })
      .catch(() => resolve(true));
  });
}

/** Resolves when this window's name is its own. Where names cannot be held it is as before. */
export async function claimClient(): Promise<void> {
  if (navigator.locks === undefined) return;
  const { client } = pageAddress();
  const until = performance.now() + LET_GO_MS;
  while (!(await claim(client))) {
    if (performance.now() > until) {
      await claim(renameClient());
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
