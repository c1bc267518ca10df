import type { HandlerCall } from "../../pkg/rpc/handlers.ts";

/** A call without headers, whose trailers nobody reads. */
export const QUIET_CALL: HandlerCall = {
  via: "grpc",
  peer: "test",
  caller: "test",
  header: () => undefined,
  setTrailer: () => {},
};
