// Owns the clock of work: what this process, all its threads together, has computed. It stands still while others on the
// machine compute. Must never be used where a person waits without a limit in wall time beside it.

/** Processor time of this process, milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
