import { versions } from "node:process";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { packageVersion } from "../../process/version.ts";
import { jsonText } from "../output/text.ts";

/** The version of the Baton SDK whose behaviour the service has, and its protocol. */
const SDK_VERSION = "v0.25.0";
const PROTOCOL = "c1.connector.v2";

export async function versionCommand(form: "text" | "json", { stdout }: Context): Promise<number> {
  const version = packageVersion();
  const facts = { version, node: versions.node, sdk_version: SDK_VERSION, proto: PROTOCOL };
  await stdout.write(
    form === "json"
      ? `${jsonText(facts)}\n`
      : `connector ${version} (node ${versions.node}, ${PROTOCOL}, Baton SDK ${SDK_VERSION})\n`,
  );
  return OK;
}
