import { spawn } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sizeBomb } from "../hostile/bomb.ts";
import { PLAIN_ENV } from "./service-process.ts";

/** Far above what a sync file of this size needs: the command is ended there, so that the disk is not filled. */
const DANGER_BYTES = 3 * 2 ** 30;

/** Gives a foreign file that unpacks to 20 GiB to each command that reads one. False if one was not refused in time. */
export async function measureBomb(
  main: string,
  folder: string,
  print: (line: string) => void,
): Promise<boolean> {
  const file = join(folder, "bomb.c1z");
  const sync = [
    "sync",
    `--file=${file}`,
    `--state-dir=${join(folder, "state")}`,
    "--user-pool-id=us-east-1_Ab129faBb",
  ];
  let held = true;
  for (const args of [
    ["inspect", file, "runs"],
    [...sync, "--endpoint-url=http://127.0.0.1:9"],
  ]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, sizeBomb());
    const command = spawn(process.execPath, ["--max-old-space-size=256", main, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...PLAIN_ENV, TMPDIR: folder },
    });
    let said = "";
    command.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    const begun = performance.now();
    let [peakRss, peakDisk] = [0, 0];
    while (command.exitCode === null && command.signalCode === null) {
      peakRss = Math.max(peakRss, rssOf(command.pid));
      peakDisk = Math.max(peakDisk, diskBytes(folder));
      if (peakDisk > DANGER_BYTES) command.kill("SIGKILL");
      await sleep(50);
    }
    const end = String(command.exitCode ?? command.signalCode);
    const [rss, disk] = [peakRss, peakDisk].map((bytes) => (bytes / 2 ** 20).toFixed(0));
    const line = said.trim().split("\n").at(-1) ?? "";
    print(
      `c1z, ${String(args[0]).padEnd(8)} ${String(rss).padStart(7)}  ${disk} MiB on the disk; ended with ${end} after ${((performance.now() - begun) / 1000).toFixed(1)} s: ${line.slice(0, 160)}`,
    );
    rmSync(folder, { recursive: true });
    held &&= end !== "SIGKILL" && end !== "0";
  }
  return held;
}

function rssOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** What the files of the folder take, those without a size in blocks left out. */
function diskBytes(folder: string): number {
  let bytes = 0;
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    try {
      bytes += lstatSync(join(folder, path)).blocks * 512;
    } catch {
      // It is gone.
    }
  }
  return bytes;
}
