// The thread that answers the lists of SCIM.
import { systemClocks } from "../../../../pkg/core/clock.ts";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";
import { createListsService, type ListsPlace } from "./lists-service.ts";

serveWorker((place: ListsPlace) => createListsService(place, systemClocks));
