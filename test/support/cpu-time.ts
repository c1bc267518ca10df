/** How much of this thread's time the work takes: what else runs on the machine is not in it. */
export function cpuMsOf(work: () => void): number {
  const from = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}
