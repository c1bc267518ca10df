import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepService, type Service } from "./serve-service.ts";

let folder: string;
let service: Service;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kept-"));
});
afterEach(async () => {
  await service.stop(true);
  rmSync(folder, { recursive: true });
});

function keep(program: string): void {
  const main = join(folder, "main.mjs");
  writeFileSync(main, program);
  service = keepService({ main, args: [], env: { FOLDER: folder }, ready: ["serving"], onLine: () => {} });
}

test("a service that refuses each start is given up, with its last words", async () => {
  keep(`console.error('{"error":"the file has no token"}'); process.exitCode = 9;`);
  await expect(service.up()).rejects.toThrow(/ended by itself with 9 before it served, .*has no token/);
  await expect(service.up()).rejects.toThrow("before it served");
  expect(service.starts).toHaveLength(10);
});

test("one that serves in between is not given up", async () => {
  // Each third process serves.
  keep(`
    import { existsSync, mkdirSync, rmdirSync } from "node:fs";
    const [one, two] = [process.env.FOLDER + "/one", process.env.FOLDER + "/two"];
    if (!existsSync(one)) mkdirSync(one);
    else if (!existsSync(two)) mkdirSync(two);
    else {
      rmdirSync(one);
      rmdirSync(two);
      console.error('{"msg":"serving"}');
      setInterval(() => {}, 1000);
    }`);
  for (let served = 1; served <= 6; served += 1) {
    expect(await service.up()).toBe(3 * served);
    await service.kill();
  }
});
