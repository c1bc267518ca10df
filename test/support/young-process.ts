// Prints how large the young generation becomes, in MiB, as a service lets it grow.
import { growYoungGeneration } from "../../cmd/connector/process/young-generation.ts";
import { youngMibAfterWork } from "./young-work.ts";

const young = growYoungGeneration();
process.stdout.write(String(await youngMibAfterWork()));
young.stop();
