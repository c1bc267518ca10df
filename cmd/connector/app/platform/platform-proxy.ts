import { isTlsProxy } from "../../../../pkg/config/build/endpoints.ts";
import type { Config } from "../../../../pkg/config/config.ts";

type Proxies = Pick<Config["network"], "httpsProxy" | "noProxy">;

/** The proxy settings as Node's agents take them. */
export function agentProxy({ httpsProxy, noProxy }: Proxies): NodeJS.ProcessEnv {
  return {
    ...(httpsProxy === undefined ? {} : { HTTPS_PROXY: httpsProxy }),
    ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }),
  };
}

/**
 * Sets the proxy of grpc-js, which takes it from nowhere but the environment. Returns whether there is one that it can use;
 * a warning at the start names one that it cannot.
 */
export function setGrpcProxy({ httpsProxy, noProxy }: Proxies): boolean {
  if (httpsProxy === undefined || isTlsProxy({ httpsProxy })) return false;
  process.env["grpc_proxy"] = httpsProxy;
  process.env["no_grpc_proxy"] = noProxy ?? "";
  return true;
}
