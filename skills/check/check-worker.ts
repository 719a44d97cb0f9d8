// Owns the thread that programs are checked in: one warm checker, one request after the other. Must never hold anything
// that is lost when the thread is ended in the middle of a check.

import { parentPort, workerData } from 'node:worker_threads';
import { apiFor } from '../api/policy-api.ts';
import { GUEST_MODULES } from '../sandbox/modules/registry.ts';
import type { CheckRequest } from './check-result.ts';
import { createChecker } from './checker.ts';
import type { CheckerApi } from './killable-checker.ts';
import { processorMs } from './processor-time.ts';

const checker = createChecker(apiFor(workerData as CheckerApi), GUEST_MODULES, processorMs);

parentPort!.on('message', async (request: CheckRequest) => {
  parentPort!.postMessage(await checker.check(request));
});
parentPort!.postMessage('ready');
