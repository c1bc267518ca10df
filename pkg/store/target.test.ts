import { storeOptions, temporaryFolder } from "../../test/support/store-run.ts";
import { targetContract } from "../../test/support/target-contract.ts";
import { openSyncFile } from "./sync-file.ts";

targetContract("a .c1z", () => {
  const folder = temporaryFolder();
  const never = new AbortController().signal;
  return {
    open: (options) => openSyncFile(storeOptions(folder.path, options), never),
    remove: () => folder.remove(),
  };
});
