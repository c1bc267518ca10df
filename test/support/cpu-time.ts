/** How much of this thread's time the work takes: what else runs on the machine is not in it. */
export function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const from = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(from);
  return { result, ms: (user + system) / 1000 };
}
