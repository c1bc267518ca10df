// Prints the memory and the time that the daemon needs to upload a sync file to the platform. The file is that of a task
// that was cut off in its upload, so that nothing is read before.
//   node test/bench/upload.ts        500 MiB
//   node test/bench/upload.ts 64     so many MiB
// Ends with exit code 1 when the process took more than 300 MB.
import { randomFillSync } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAPPING_VERSION } from "../../pkg/connector/connector.ts";
import { readingText } from "../../pkg/core/run-fingerprint.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import { undeliveredMark } from "../../pkg/store/undelivered.ts";
import { taskId } from "../support/fake-platform-client.ts";
import { startPlatform } from "../support/platform-server.ts";
import { startScriptedServer } from "./scripted-server.ts";
import { compileProgram, startService } from "./service-process.ts";

const MOST_BYTES = 300e6;
const MIB = 2 ** 20;
const mib = Number(process.argv[2] ?? "500");

const folder = mkdtempSync(join(tmpdir(), "connector-upload-"));
const platform = await startPlatform();
platform.keepsUploads = false;
const cognito = await startScriptedServer({ users: 60, groups: 1, memberships: 1 });
try {
  process.exitCode = (await measure()) > MOST_BYTES ? 1 : 0;
} finally {
  cognito.stop();
  await platform.close();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<number> {
  const stateDir = join(folder, "state");
  mkdirSync(stateDir, { mode: 0o700 });
  const file = join(stateDir, "platform.c1z");
  writeRandom(file);
  const fingerprint = { poolId: cognito.poolId, userIdKind: "sub", mappingVersion: MAPPING_VERSION } as const;
  undeliveredMark(file).set(Date.now(), readingText(fingerprint, WHOLE_POOL));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, platform.certificate);
  const service = await startService(compileProgram(), ["--endpoint-url", cognito.url], {
    env: {
      BATON_USER_POOL_ID: cognito.poolId,
      BATON_STATE_DIR: stateDir,
      BATON_CLIENT_ID: platform.clientId,
      BATON_CLIENT_SECRET: platform.clientSecret,
      SSL_CERT_FILE: ca,
    },
  });
  await platform.until(() => platform.hellos.length === 1);
  const before = service.rssBytes();
  const begun = performance.now();
  const id = taskId("upload");
  platform.tasks.push({ id, taskType: { case: "syncFull", value: {} } });
  await platform.until(() => platform.finished.length === 1);
  const seconds = (performance.now() - begun) / 1000;
  const peak =
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${service.pid}/status`, "utf8"))?.[1]) * 1024;
  await service.stop();
  const { size } = platform.uploads[0] ?? { size: 0 };
  if (size !== mib * MIB) throw new Error(`the platform got ${size} bytes, not ${mib * MIB}`);
  const columns = [mib, seconds.toFixed(1), (before / 1e6).toFixed(0), (peak / 1e6).toFixed(0)];
  process.stdout.write("file MiB  seconds  RSS before MB  highest RSS MB\n");
  process.stdout.write(
    `${columns.map((value, at) => String(value).padStart([8, 9, 15, 16][at] ?? 0)).join("")}\n`,
  );
  return peak;
}

function writeRandom(path: string): void {
  const chunk = randomFillSync(new Uint8Array(MIB));
  const descriptor = openSync(path, "w", 0o600);
  try {
    for (let at = 0; at < mib; at += 1) writeSync(descriptor, chunk);
  } finally {
    closeSync(descriptor);
  }
}
