import { readFileSync } from "node:fs";

/** The unit of CPU time in Linux. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** The kernel's own figures of some processes, added up and read until `done` is called; the last figures of one that ended count. */
export function watchUsage(pids: readonly number[]): () => Usage {
  const seen = new Map<number, Usage>();
  const look = () => {
    for (const pid of pids) {
      const usage = usageOf(pid);
      if (usage !== undefined) seen.set(pid, usage);
    }
  };
  look();
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    const all = [...seen.values()];
    return {
      cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      peakRssBytes: all.reduce((sum, { peakRssBytes }) => sum + peakRssBytes, 0),
    };
  };
}

function usageOf(pid: number): Usage | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    // A process that has ended and was not waited for yet has no memory.
    if (peak === undefined) return undefined;
    // The name of the program, in brackets, may hold spaces; user and system time are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return { cpuSeconds, peakRssBytes: Number(peak) * 1024 };
  } catch {
    return undefined;
  }
}
