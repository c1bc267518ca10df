// The thread that writes the journal and the audit log of a service.
import { systemClocks } from "../../../../pkg/core/clock.ts";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";
import { openRecords, type RecordsPlace } from "./records.ts";

serveWorker(
  (place: RecordsPlace) => openRecords(place, systemClocks.now, "on disk after sync"),
  "after sync",
);
