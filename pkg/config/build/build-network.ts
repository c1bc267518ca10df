import type { Config } from "../config.ts";
import type { ProcessInfo, Settings } from "../sources/read-settings.ts";
import { caBundleOf } from "./ca-certificates.ts";

export function buildNetwork(settings: Settings, info: ProcessInfo): Pick<Config, "network"> {
  const { values, given } = settings;
  return {
    network: {
      endpointUrl: values["endpoint-url"],
      fips: values["use-fips-endpoint"],
      dualStack: values["use-dualstack-endpoint"],
      httpsProxy: values["https-proxy"],
      httpProxy: values["http-proxy"],
      noProxy: values["no-proxy"],
      caBundle: caBundleOf(settings, info),
      httpTimeoutMs: values["http-timeout-seconds"] * 1000,
      patienceMs: given.has("patience-seconds") ? values["patience-seconds"] * 1000 : undefined,
    },
  };
}
