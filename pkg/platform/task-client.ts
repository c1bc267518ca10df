import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  BatonServiceFinishTaskRequestSchema,
  BatonServiceGetTaskResponse,
  BatonServiceGetTasksResponse,
  BatonServiceHeartbeatResponse,
  BatonServiceHelloRequestSchema,
} from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** The host id is added to each request by the client. */
export type HelloRequest = MessageInitShape<typeof BatonServiceHelloRequestSchema>;
export type FinishTaskRequest = MessageInitShape<typeof BatonServiceFinishTaskRequestSchema>;

/**
 * The platform, as a connector calls it. All methods reject with a GovernanceError; its code is that of the platform's
 * status, and `unavailable` when there is no answer.
 */
export interface TaskClient {
  hello(request: HelloRequest, signal: AbortSignal): Promise<void>;
  getTask(signal: AbortSignal): Promise<BatonServiceGetTaskResponse>;
  /** Up to `pageSize` tasks, without those that are known. */
  getTasks(
    request: { readonly pageSize: number; readonly knownTaskIds: readonly string[] },
    signal: AbortSignal,
  ): Promise<BatonServiceGetTasksResponse>;
  heartbeat(taskId: string, signal: AbortSignal): Promise<BatonServiceHeartbeatResponse>;
  finishTask(request: FinishTaskRequest, signal: AbortSignal): Promise<void>;
  /** Sends the whole file, once. Resolves with its size in bytes. */
  upload(taskId: string, path: string, signal: AbortSignal): Promise<number>;
  close(): void;
}
