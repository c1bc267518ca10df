import { resolve } from "node:path";
import {
  formatListenAddress,
  isLoopback,
  type ListenAddress,
  socketPathProblem,
} from "../../core/listen-address.ts";
import { originOf, type Settings, settingProblem } from "../sources/read-settings.ts";
import { bothBeside } from "../sources/written-beside.ts";

/**
 * Where a front listens; the path of a socket is absolute. Throws `invalid-argument` for plain text that other machines
 * could read.
 */
export function checkedAddress(
  name: "listen" | "scim-listen",
  { values, given }: Settings,
  cwd: string,
): ListenAddress {
  const address = values[name];
  // The rules of the table refuse a certificate without its key.
  const hasTls = values["tls-cert-file"] !== undefined;
  if (!isLoopback(address) && !hasTls && !values.insecure) {
    throw settingProblem(
      name,
      { given },
      `${formatListenAddress(address)} can be reached from other machines, and there is no TLS; give ${bothBeside(["tls-cert-file", "tls-key-file"], "and", originOf(name, { given }))}, or listen on 127.0.0.1, [::1], localhost or unix:/path (--insecure serves without)`,
    );
  }
  if (address.kind === "tcp") return address;
  const path = resolve(cwd, address.path);
  // A relative path is longer once it is absolute.
  const problem = socketPathProblem(path);
  if (problem !== undefined) throw settingProblem(name, { given }, problem);
  return { kind: "unix", path };
}
