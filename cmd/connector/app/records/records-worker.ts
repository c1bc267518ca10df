// The thread that writes the journal and the audit log of a service.
import { systemClocks } from "../../../../pkg/core/clock.ts";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";
import { openUnsyncedRecords, type RecordsPlace } from "./records.ts";

serveWorker((place: RecordsPlace) => openUnsyncedRecords(place, systemClocks.now), "after sync");
