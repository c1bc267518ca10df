import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createPool } from "./cognito/pool.ts";
import { startScimService } from "./support/scim-service.ts";

test("a service has room for the files of all its connections before the first one comes", async () => {
  const service = await startScimService({ pool: createPool({ id: "us-east-1_Ab129faBb" }) });
  const read = (name: string) => readFileSync(`/proc/${service.program.process.pid}/${name}`, "utf8");
  const table = Number(/^FDSize:\s+(\d+)/m.exec(read("status"))?.[1]);
  const limit = Number(/^Max open files +(\d+)/m.exec(read("limits"))?.[1]);
  await service.stop();
  // Connections of gRPC and SCIM, unless the system allows fewer files.
  expect(table).toBeGreaterThanOrEqual(Math.min(3000, limit));
});
