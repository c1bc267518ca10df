// The thread that writes what SCIM keeps beside the pool.
import { systemClocks } from "../../../../pkg/core/clock.ts";
import type { ScimRecordsPlace } from "../../../../pkg/scim-records/records-file.ts";
import { createScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";

serveWorker(
  (place: ScimRecordsPlace) => createScimRecords(place, systemClocks.now, "on disk after sync"),
  "after sync",
);
