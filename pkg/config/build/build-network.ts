import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";

export function buildNetwork({ values, given }: Settings): Pick<Config, "network"> {
  return {
    network: {
      endpointUrl: values["endpoint-url"],
      fips: values["use-fips-endpoint"],
      dualStack: values["use-dualstack-endpoint"],
      httpsProxy: values["https-proxy"],
      httpProxy: values["http-proxy"],
      noProxy: values["no-proxy"],
      httpTimeoutMs: values["http-timeout-seconds"] * 1000,
      patienceMs: given.has("patience-seconds") ? values["patience-seconds"] * 1000 : undefined,
    },
  };
}
