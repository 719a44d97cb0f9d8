// Owns how a form of the settings is saved: sent to the session, and shown as the session then has it.

import type { CONSOLE_CONTRACT, ConsoleSettings } from '../../../electron/ipc/console-contract.ts';
import type { Params } from '../../../electron/ipc/rpc.ts';
import { useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';

export function showSettings(settings: ConsoleSettings): void {
  useConsole.setState({ settings });
}

/** True when the session has them. */
export async function changeSettings(change: Params<typeof CONSOLE_CONTRACT, 'changeSettings'>): Promise<boolean> {
  try {
    showSettings(await requestSession('changeSettings', change));
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}
