import type { ChangeKind } from "../core/change.ts";
import type { Reconcile } from "./change-recovery.ts";
import type { Provisioner } from "./provisioner.ts";

/** Changes that belong together: the methods of the provisioner, and for each kind how a cut-off change is recovered. */
export interface Family<Method extends keyof Provisioner, Kind extends ChangeKind> {
  readonly methods: Pick<Provisioner, Method>;
  readonly reconcile: Readonly<Record<Kind, Reconcile>>;
}
