import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import type { Target } from "../hostile/target.ts";
import { exitCode } from "./scripted-server.ts";

/** A process of test/hostile/main.ts. */
export interface HostilePeer {
  /** What came of its attack: how often it was answered, refused or cut off. Resolves when the attack is over. */
  readonly counts: Promise<ReadonlyMap<string, number>>;
  /** Ends the attack. */
  stop(): void;
}

/** They share the machine with the service and with the callers that are measured. */
const LOWEST_PRIORITY = 19;

export function startHostilePeer(kind: string, target: Target): HostilePeer {
  const peer = spawn(process.execPath, ["test/hostile/main.ts", kind, JSON.stringify(target)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (peer.pid !== undefined) setPriority(peer.pid, LOWEST_PRIORITY);
  let said = "";
  peer.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return {
    counts: exitCode(peer).then(() => {
      const counts: unknown = JSON.parse(said === "" ? "[]" : said);
      const entries = Array.isArray(counts) ? counts.filter(Array.isArray) : [];
      return new Map(entries.map(([what, count]) => [String(what), Number(count)] as const));
    }),
    stop: () => void peer.kill("SIGTERM"),
  };
}

export const READ_TOKEN = "token-of-the-reader";
export const PROVISION_TOKEN = "token-of-the-provisioner";
/** Of the caller that must lose nothing. */
export const RIGHTFUL_TOKEN = "token-of-the-rightful-caller";

/** Of one of many callers. */
export const callerToken = (caller: number): string => `token-of-caller-${String(caller)}`;

/** Writes the token file of the three callers and of so many more, and returns the setting that names it. */
export function tokensSetting(path: string, callers = 0): string {
  const lines = [
    ["read", READ_TOKEN, "hostile-reader"],
    ["provision", PROVISION_TOKEN, "hostile-provisioner"],
    ["provision", RIGHTFUL_TOKEN, "rightful"],
    ...Array.from(
      { length: callers },
      (_, at) => ["provision", callerToken(at), `caller-${String(at)}`] as const,
    ),
  ].map(([role, token = "", name]) => `${role} ${createHash("sha256").update(token).digest("hex")} ${name}`);
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
  return `--auth-tokens-file=${path}`;
}
