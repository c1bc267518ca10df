// One container of the image, with the limits of a hardened cluster: non-root, read-only, without capabilities.
import { type ContainerRuntimeClient, getContainerRuntimeClient } from "testcontainers";
import type { CliResult } from "../support/connector-cli.ts";
import { splitOutput } from "./split-output.ts";

export const IMAGE = "cognito-connector:test";
export const GRPC_PORT = 50051;

export type Docker = ContainerRuntimeClient["container"]["dockerode"];

export async function docker(): Promise<Docker> {
  return (await getContainerRuntimeClient()).container.dockerode;
}

export interface ContainerOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the network; none without it. */
  readonly network?: string;
  /** Volume at /data; by default one of its own, which is removed with the container. */
  readonly volume?: string;
  /** Instead of a volume, memory of this size at /data. */
  readonly dataBytes?: number;
  /** Files of this machine, read-only: from, to. */
  readonly files?: readonly (readonly [string, string])[];
  /** A program to run instead of connector. */
  readonly entrypoint?: string;
  /** True: the root file system is writable, so that the test sees every write. */
  readonly writable?: boolean;
}

export interface ConnectorContainer {
  readonly id: string;
  /** Resolves with the match once stderr has it; rejects when the container ends first. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** The gRPC port on this machine. */
  address(): Promise<string>;
  /** Runs another program in the same container. */
  exec(...command: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  readonly result: Promise<CliResult>;
  /** Paths changed outside volumes. */
  changes(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export async function startContainer(options: ContainerOptions): Promise<ConnectorContainer> {
  const {
    args,
    env = {},
    network = "none",
    volume,
    dataBytes,
    files = [],
    entrypoint,
    writable = false,
  } = options;
  const runtime = await getContainerRuntimeClient();
  const container = await runtime.container.dockerode.createContainer({
    Image: IMAGE,
    Cmd: [...args],
    ...(entrypoint === undefined ? {} : { Entrypoint: [entrypoint] }),
    Env: Object.entries({
      AWS_ACCESS_KEY_ID: "AKIDTEST",
      AWS_SECRET_ACCESS_KEY: "test-secret-key",
      BATON_LOG_FORMAT: "json",
      ...env,
    }).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { [`${GRPC_PORT}/tcp`]: {} },
    HostConfig: {
      ReadonlyRootfs: !writable,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      NetworkMode: network,
      PortBindings:
        network === "none" ? {} : { [`${GRPC_PORT}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: "0" }] },
      Binds: [
        ...(volume === undefined ? [] : [`${volume}:/data`]),
        ...files.map(([from, to]) => `${from}:${to}:ro`),
      ],
      Tmpfs: dataBytes === undefined ? {} : { "/data": `size=${dataBytes},uid=65532,gid=65532,mode=0700` },
    },
  });
  const output = splitOutput(
    await container.attach({ stream: true, stdout: true, stderr: true, hijack: false }),
  );
  const waited = container.wait({ condition: "next-exit" });
  await container.start();
  const result = waited.then(async (ended: unknown) => {
    await output.ended;
    return { code: statusCode(ended), stdout: output.stdout(), stderr: output.stderr() };
  });

  return {
    id: container.id,
    result,
    async logged(pattern) {
      for (;;) {
        const found = pattern.exec(output.stderr());
        if (found !== null) return found;
        const more = await Promise.race([output.more(), output.ended]);
        if (more === "ended" && !pattern.test(output.stderr())) {
          throw new Error(`ended without ${String(pattern)}:\n${output.stderr()}`);
        }
      }
    },
    async kill(signal) {
      await container.kill({ signal });
    },
    async address() {
      const { NetworkSettings } = await container.inspect();
      const port = NetworkSettings.Ports[`${GRPC_PORT}/tcp`]?.[0]?.HostPort;
      if (port === undefined) throw new Error("the gRPC port is not published");
      return `127.0.0.1:${port}`;
    },
    async exec(...command) {
      const { exitCode, output: said } = await runtime.container.exec(container, [...command]);
      return { code: exitCode, output: said };
    },
    async changes() {
      const found: unknown = await container.changes();
      return Array.isArray(found) ? found.map((change: unknown) => JSON.stringify(change)) : [];
    },
    async remove() {
      await container.remove({ force: true, v: true });
    },
  };
}

/** Runs it to its end, and removes it. */
export async function runContainer(options: ContainerOptions): Promise<CliResult> {
  const container = await startContainer(options);
  try {
    return await container.result;
  } finally {
    await container.remove();
  }
}

function statusCode(ended: unknown): number {
  if (typeof ended === "object" && ended !== null && "StatusCode" in ended) return Number(ended.StatusCode);
  throw new Error("the engine did not say how the container ended");
}
