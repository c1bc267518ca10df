import type { JsonObject } from "@bufbuild/protobuf";

/** What the connector does once and then ends, as Baton's one-shot flags ask for it. */
export type OneOperation =
  | { readonly kind: "grant"; readonly entitlement: string; readonly principal: ResourceRef }
  | { readonly kind: "revoke"; readonly grant: string; readonly search: SyncFileSearch }
  | {
      readonly kind: "create-account";
      readonly login: string;
      readonly email: string;
      readonly profile: JsonObject;
      readonly resourceType: string;
      /** The path of a key; undefined: the account gets no password. */
      readonly encryptTo: string | undefined;
    }
  | { readonly kind: "delete-resource"; readonly resource: ResourceRef }
  | { readonly kind: "rotate-credentials"; readonly resource: ResourceRef; readonly encryptTo: string }
  | {
      readonly kind: "invoke-action";
      readonly name: string;
      readonly args: JsonObject;
      readonly resourceType: string;
      /** The arguments are on the command line, where every user of the machine reads them. */
      readonly argsAreOpen: boolean;
    }
  | { readonly kind: "list-action-schemas"; readonly resourceType: string }
  | {
      readonly kind: "list-events";
      readonly feed: string;
      /** Milliseconds since the epoch; undefined: a day ago. */
      readonly startAt: number | undefined;
      readonly cursor: string;
    };

export interface ResourceRef {
  readonly resourceType: string;
  readonly resource: string;
}

export interface SyncFileSearch {
  readonly file: string;
  /** Where the file is unpacked; undefined: the system's place for temporary files. */
  readonly tempDir: string | undefined;
}

/** The operations that change nothing. */
export function onlyReads({ kind }: OneOperation): boolean {
  return kind === "list-action-schemas" || kind === "list-events";
}
