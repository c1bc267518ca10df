import { clipBytes } from "../core/text.ts";
import type { ConnectorMetadata } from "../gen/c1/connector/v2/connector_pb.ts";
import type { HelloRequest } from "./task-client.ts";

/** The machine and the program, for the platform's list of connectors. What is unknown is empty. */
export interface HostFacts {
  readonly hostname: string;
  /** `linux`, `darwin` or `windows`. */
  readonly os: string;
  /** Such as `debian`; `os` when it is empty. */
  readonly platform: string;
  readonly platformVersion: string;
  readonly kernelVersion: string;
  /** Such as `x86_64`. */
  readonly arch: string;
  readonly nodeVersion: string;
  readonly packageName: string;
  readonly packageVersion: string;
}

/** The platform refuses a Hello with an empty field, and takes 256 characters of each. */
const MAX_BYTES = 256;

/** `taskId` is "" at the start. */
export function helloRequest(
  taskId: string,
  host: HostFacts,
  connectorMetadata: ConnectorMetadata,
): HelloRequest {
  const { os } = host;
  const platform = filled(host.platform, os);
  const kernelVersion = filled(host.kernelVersion, "unknown");
  return {
    taskId,
    buildInfo: {
      langVersion: filled(host.nodeVersion, "0.0.0"),
      package: filled(host.packageName, "connector"),
      packageVersion: filled(host.packageVersion, "0.0.0"),
    },
    osInfo: {
      hostname: filled(host.hostname, "unknown"),
      os: filled(os, "unknown"),
      platform,
      platformVersion: filled(host.platformVersion, kernelVersion),
      platformFamily: platform,
      kernelVersion,
      kernelArch: filled(host.arch, "unknown"),
      virtualizationSystem: "none",
    },
    connectorMetadata,
  };
}

function filled(text: string, otherwise: string): string {
  return clipBytes(text === "" ? otherwise : text, MAX_BYTES);
}
