// The thread that works on a sync file of a service.
import { systemClocks } from "../../core/clock.ts";
import { serveWorker } from "../../worker/serve-worker.ts";
import { createSyncFileService, type SyncFileSettings } from "./sync-file-service.ts";

serveWorker((settings: SyncFileSettings) => createSyncFileService(settings, systemClocks.now));
