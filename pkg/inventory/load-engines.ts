/**
 * Loads what the opening of an inventory loads otherwise. For a service, which may open its first one long after its start: an
 * upgrade may have replaced the files of the program by then.
 */
export async function loadInventoryEngines(): Promise<void> {
  await Promise.all([
    import("./sqlite/sqlite-reader.ts"),
    import("./sqlite/sqlite-writer.ts"),
    import("./sqlite/target/sqlite-target.ts"),
    import("./sqlite/thread/inventory-thread.ts"),
    import("./postgres/reader/postgres-reader.ts"),
    import("./postgres/postgres-writer.ts"),
    import("./postgres/target/postgres-target.ts"),
  ]);
}
