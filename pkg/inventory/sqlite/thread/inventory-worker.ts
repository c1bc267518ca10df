// The thread that works on an inventory of a service.
import { systemClocks } from "../../../core/clock.ts";
import { serveWorker } from "../../../worker/serve-worker.ts";
import { createInventoryService } from "../target/inventory-service.ts";
import type { SqliteTargetSettings } from "../target/open-inventory.ts";

serveWorker((settings: SqliteTargetSettings) => createInventoryService(settings, systemClocks.now));
