import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresWriter } from "../../../pkg/inventory/postgres/postgres-writer.ts";
import { accessTo, migrated, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;
const PUT =
  "INSERT INTO sign_ins (pool_id, sub, last_sign_in_at, event_type, read_at) VALUES (?, ?, ?, ?, ?)";
const ROW = ["p", "s", "2026-10-01T12:00:00.000Z", null, "2026-10-02T12:00:00.000Z"] as const;
const FOUND = [["p", "s", "2026-10-01T12:00:00.000Z", null, "2026-10-02T12:00:00.000Z"]];
const ALL = "SELECT pool_id, sub, last_sign_in_at, event_type, read_at FROM sign_ins WHERE pool_id = ?";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
});
afterAll(async () => {
  await server.remove();
});

describe("small writes to an inventory in PostgreSQL", () => {
  test("wait for the first sync, are committed or taken back whole, and outlive a server that starts again", async () => {
    await expect(openPostgresWriter(accessTo(server, "inv"), never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("there is no inventory in the schema connector"),
    });
    await migrated(accessTo(server, "inv"));
    const writer = await openPostgresWriter(accessTo(server, "inv"), never);
    const all = () => writer.transaction((writes) => writes.read(ALL, ["p"]), never);
    const failed = writer.transaction(async (writes) => {
      expect(await writes.run(PUT, ROW)).toBe(1);
      throw new Error("no");
    }, never);
    await expect(failed).rejects.toThrow("no");
    expect(await all()).toEqual([]);
    await Promise.all([
      writer.transaction((writes) => writes.run(PUT, ROW), never),
      expect(all()).resolves.toEqual(FOUND),
    ]);
    await server.restart();
    await expect.poll(async () => await all().catch(() => "not yet")).toEqual(FOUND);
    const stopped = writer.transaction(
      (writes) => writes.read(ALL, ["p"]),
      AbortSignal.abort(new Error("stop")),
    );
    await expect(stopped).rejects.toThrow("stop");
    await writer.close();
  });
});
