import { clientKeyOf } from "../../../../pkg/encryption/client-secret.ts";
import { createAccessTokens } from "../../../../pkg/platform/access-token.ts";
import { createPlatformDaemon } from "../../../../pkg/platform/daemon.ts";
import { createGrpcTaskClient } from "../../../../pkg/platform/grpc-task-client.ts";
import { watchReach } from "../../../../pkg/platform/reach.ts";
import { queuedTasks, singleTasks } from "../../../../pkg/platform/task-source.ts";
import { tokenEndpoint } from "../../../../pkg/platform/token-endpoint.ts";
import { trustedCas } from "../../../../pkg/platform/trusted-cas.ts";
import { createRpcRouter } from "../../../../pkg/rpc/router.ts";
import { allServices, SDK_VERSION } from "../../../../pkg/rpc/services/services.ts";
import { pause } from "../../process/pause.ts";
import { hostFacts } from "../platform/host-facts.ts";
import { platformLog } from "../platform/platform-log.ts";
import { agentProxy, setGrpcProxy } from "../platform/platform-proxy.ts";
import { platformSync } from "../platform/platform-sync.ts";
import type { Front, Service } from "./front.ts";

/** The tasks of the governance platform. */
export function platformFront({ config, context, runtime, provisioning, tasks }: Service): Front | undefined {
  const { platform, clientSecret, network } = config;
  if (platform === undefined || clientSecret === undefined) return undefined;
  const { connector, log } = runtime;
  const { clientId: client } = platform;
  const address = platform.apiHost ?? client.address;
  const userAgent = `${client.name} baton-sdk/${SDK_VERSION}`;
  const host = hostFacts();
  const ca = trustedCas(platform.extraCas);
  const tokens = createAccessTokens({
    client,
    seed: clientKeyOf(clientSecret).seed,
    clocks: context,
    ask: tokenEndpoint({
      address,
      userAgent: `baton-c1-credential-provider baton-sdk/${SDK_VERSION}`,
      ca,
      env: agentProxy(network),
    }),
  });
  const { client: taskClient, unreached } = watchReach(
    createGrpcTaskClient({
      address,
      hostId: platform.hostId ?? host.hostname,
      userAgent,
      ca,
      proxied: setGrpcProxy(network),
      tokens,
      now: context.now,
    }),
    context.monotonic,
  );
  const { concurrency } = platform;
  const daemon = createPlatformDaemon({
    client: taskClient,
    source: platform.severalTasks
      ? queuedTasks(taskClient, { concurrency, monotonic: context.monotonic })
      : singleTasks(taskClient),
    router: createRpcRouter(allServices(connector, SDK_VERSION, provisioning)),
    sync: platformSync({ config, pieces: runtime, context }),
    metadata: (signal) => connector.metadata(signal),
    host,
    concurrency,
    clocks: context,
    sleep: pause,
    events: tasks.watch(platformLog(log), unreached),
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  return {
    name: "the tasks of the platform",
    failed,
    async open() {
      daemon.run().catch(reject);
      return { message: "doing the platform's tasks", fields: { address } };
    },
    close: (graceMs) => daemon.close(graceMs),
  };
}
