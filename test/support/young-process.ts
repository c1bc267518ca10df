// Prints how large the young generation usually is, in MiB, as a service lets it grow.
import { growYoungGeneration } from "../../cmd/connector/process/young-generation.ts";
import { youngSizesAfterWork } from "./young-work.ts";

const young = growYoungGeneration();
process.stdout.write(String((await youngSizesAfterWork()).usualMib));
young.stop();
