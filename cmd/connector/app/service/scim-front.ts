import { formatListenAddress, type ListenAddress } from "../../../../pkg/core/listen-address.ts";
import { peerAddress } from "../../../../pkg/core/peer.ts";
import { SCIM_PATH, type ScimSettings } from "../../../../pkg/core/scim-settings.ts";
import type { Bound } from "../../../../pkg/listener/listener.ts";
import { createCallerRates } from "../../../../pkg/scim/http/caller-rates.ts";
import { SCIM_LIMITS } from "../../../../pkg/scim/http/limits.ts";
import { createPerformer, type Perform } from "../../../../pkg/scim/http/perform.ts";
import { createRoom } from "../../../../pkg/scim/http/room.ts";
import { createScimServer } from "../../../../pkg/scim/http/server.ts";
import { PINNED_FOR_MS } from "../../../../pkg/scim/lists/pins.ts";
import { ScimError } from "../../../../pkg/scim/scim-error.ts";
import { type OpenScim, openScim } from "../scim/open-scim.ts";
import type { Front, Service } from "./front.ts";
import { connectionShares, openFilesLimit } from "./open-files.ts";
import { createScimLines } from "./scim-lines.ts";

/** SCIM 2.0 over HTTP. */
export function scimFront({
  config,
  context,
  runtime,
  telemetry,
  access,
  scim: state,
}: Service): Front | undefined {
  const { scim: settings, service } = config;
  if (settings === undefined || state === undefined) return undefined;
  const { scim: connections } = connectionShares(openFilesLimit(), service.maxConnections, true);
  const limits = { ...SCIM_LIMITS, connections, requests: service.maxCalls };
  const lines = createScimLines(runtime.log, context.monotonic);
  let perform: Perform | undefined;
  let opened: OpenScim | undefined;
  const server = createScimServer({
    access,
    insecure: service.insecure,
    // The base URL is known once the address is open.
    perform: (request) => (perform === undefined ? Promise.reject(starting()) : perform(request)),
    rates: createCallerRates(settings.ratePerSecond, context.monotonic),
    room: createRoom(limits),
    limits,
    basePath: settings.baseUrl === undefined ? SCIM_PATH : new URL(settings.baseUrl).pathname,
    clocks: context,
    wrapCall(call, work) {
      const origin = call.caller === call.peer ? peerAddress(call.peer) : call.caller;
      return runtime.origins.within(origin, () => telemetry.wrapScimCall(call, work));
    },
    onConnectionRefused(event) {
      telemetry.metrics?.scimConnectionRefused(event.why);
      lines.connectionRefused(event);
    },
    onCall(event) {
      telemetry.scimCall(event);
      lines.request(event);
    },
  });

  return {
    name: "the SCIM service",
    async open() {
      const bound = await server.listen(settings.listen, config.labels["scim-listen"]);
      const baseUrl = baseUrlOf(settings, bound, access.tls !== undefined);
      opened = await openScim({
        config,
        settings,
        state,
        runtime,
        context,
        baseUrl,
        onDropped: (kind, names) => telemetry.metrics?.scimDropped(kind, names.length),
      });
      perform = createPerformer({
        service: opened.service,
        features: {
          maxOperations: limits.bulkOperations,
          maxPayloadBytes: limits.bulkBytes,
          maxResults: limits.largestPage,
          defaultPageSize: limits.defaultPage,
          cursorSeconds: PINNED_FOR_MS / 1000,
          changePassword: settings.password !== "ignore",
        },
        baseUrl: () => baseUrl,
        patchAnswer: settings.patchAnswer,
        limits,
        now: context.now,
      });
      return { message: "serving SCIM", fields: { address: bound.target, pool: config.poolId } };
    },
    async close(graceMs) {
      await server.close(graceMs);
      lines.flush();
      await opened?.close();
    },
  };
}

function starting(): ScimError {
  return new ScimError(503, "the service is starting; send the request again", { retryAfterSeconds: 1 });
}

function baseUrlOf({ baseUrl, listen }: ScimSettings, bound: Bound, hasTls: boolean): string {
  if (baseUrl !== undefined) return baseUrl;
  const authority = listen.kind === "unix" ? "localhost" : authorityOf(listen, bound.port);
  return `${hasTls ? "https" : "http"}://${authority}${SCIM_PATH}`;
}

function authorityOf(listen: ListenAddress & { readonly kind: "tcp" }, port: number): string {
  return formatListenAddress({ ...listen, port });
}
