import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { withRuntime } from "../with-runtime.ts";
import { createUserReader } from "./read-users.ts";

/** Asks the pool who has this name now. Rejects when the pool cannot be asked, and for a name that several users have. */
export async function subsInPool(name: string, config: Config, context: Context): Promise<readonly string[]> {
  let subs: readonly string[] = [];
  let failure: GovernanceError | undefined;
  await withRuntime(config, context, async (runtime) => {
    try {
      const { sub } = await createUserReader(runtime, context).find(name, context.signal);
      subs = [sub];
    } catch (error) {
      failure = GovernanceError.from(error);
    }
    return OK;
  });
  if (failure !== undefined && failure.reason !== "user-gone") throw failure;
  return subs;
}
