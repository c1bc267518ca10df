// The thread that answers the lists of SCIM.
import { systemClocks } from "../../../../pkg/core/clock.ts";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";
import { growYoungGeneration } from "../../process/young-generation.ts";
import { createListsService, LISTS_YOUNG_MIB, type ListsPlace } from "./lists-service.ts";

growYoungGeneration(LISTS_YOUNG_MIB);
serveWorker((place: ListsPlace) => createListsService(place, systemClocks));
