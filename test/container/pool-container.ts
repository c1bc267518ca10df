import { join, resolve } from "node:path";
import { GenericContainer, Network, type StartedNetwork, Wait } from "testcontainers";
import { livelyPool } from "../support/local-pool.ts";
import { docker } from "./connector-container.ts";

/** A private network with cognito-local on it. */
export interface PoolNetwork {
  readonly network: string;
  /** The address in the network of the containers. */
  readonly url: string;
  /** Stops cognito-local, and starts it again with its data. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

// Any image with Node works; the one that built the connector is there already.
const NODE_IMAGE = process.env["BUILD_BASE"] ?? "node:24-bookworm-slim";
const PACKAGES = resolve(import.meta.dirname, "../../node_modules");
const PORT = 9229;

export async function startPoolNetwork(poolId: string, users: number): Promise<PoolNetwork> {
  const network: StartedNetwork = await new Network().start();
  const pool = livelyPool({ id: poolId, name: "container", users });
  const cognito = await new GenericContainer(NODE_IMAGE)
    .withNetwork(network)
    .withNetworkAliases("cognito")
    .withBindMounts([{ source: PACKAGES, target: "/packages/node_modules", mode: "ro" }])
    .withCopyContentToContainer([
      { content: JSON.stringify(pool), target: join("/srv/.cognito/db", `${poolId}.json`) },
    ])
    .withWorkingDir("/srv")
    .withEnvironment({ HOST: "0.0.0.0", PORT: String(PORT) })
    .withCommand(["node", "--no-warnings", "/packages/node_modules/cognito-local/lib/bin/start.js"])
    .withWaitStrategy(Wait.forLogMessage(/running on/))
    .start();
  const engine = await docker();
  const container = engine.getContainer(cognito.getId());
  return {
    network: network.getName(),
    url: `http://cognito:${PORT}`,
    async leave() {
      await container.stop({ t: 0 });
    },
    async comeBack() {
      await container.start();
    },
    async close() {
      await container.remove({ force: true, v: true });
      await network.stop();
    },
  };
}
