import { join } from "node:path";
import { differenceContract } from "../../test/support/difference-contract.ts";
import { parseInventoryPlace } from "../inventory/place.ts";

differenceContract("an inventory in SQLite", (folder) => parseInventoryPlace(join(folder, "pool.db")));
