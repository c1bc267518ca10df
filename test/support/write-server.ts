import type { ProvisioningVerbs } from "../../pkg/connector/provisioning/verbs.ts";
import type { Provisioner } from "../../pkg/provision/provisioner.ts";
import type { ProvisionerCall } from "./fake-provisioner.ts";
import { type FakeVerbsOptions, fakeVerbs } from "./fake-verbs.ts";
import { type Harness, useGrpcServer } from "./grpc-client.ts";

export interface WriteHarness extends Harness {
  readonly calls: readonly ProvisionerCall[];
  readonly verbs: ProvisioningVerbs;
}

/** As `useGrpcServer`, with provisioning on over a fake provisioner. */
export function useWriteServer(
  afterEach: (close: () => Promise<void>) => void,
): (different?: Partial<Provisioner>, options?: FakeVerbsOptions) => Promise<WriteHarness> {
  const startServer = useGrpcServer(afterEach);
  return async (different, options) => {
    const { verbs, calls } = fakeVerbs(different, options);
    return { ...(await startServer({}, verbs)), calls, verbs };
  };
}
