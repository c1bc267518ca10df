import {
  CERTIFICATE_NAME_KINDS,
  type CertificateName,
  type CertificateNameKind,
  certificateName,
} from "../core/certificate-name.ts";
import type { TlsSettings } from "../core/security-settings.ts";
import type { AuthenticatedCaller } from "./caller.ts";
import { certificateCallerName } from "./caller-name.ts";

/** The names in a certificate by which we identify a caller, from the text that Node makes of them. */
export function altNamesOf(subjectAltName: string | undefined): readonly CertificateName[] {
  const names: CertificateName[] = [];
  // Node writes a value that could be mistaken for a second name as a JSON text, so only the quotes tell them apart.
  for (const match of (subjectAltName ?? "").matchAll(
    /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/gy,
  )) {
    const [, kind = "", text = ""] = match;
    if (!isKind(kind)) continue;
    const value: unknown = text.startsWith('"') ? JSON.parse(text) : text;
    names.push(certificateName(kind, String(value)));
  }
  return names;
}

function isKind(text: string): text is CertificateNameKind {
  return CERTIFICATE_NAME_KINDS.some((kind) => kind === text);
}

/** The caller with these names; undefined when none of them is in a list. */
export type NameTable = (names: readonly CertificateName[]) => AuthenticatedCaller | undefined;

/** Undefined when both lists are empty. */
export function nameTable({
  readers = [],
  provisioners = [],
}: Pick<TlsSettings, "readers" | "provisioners">): NameTable | undefined {
  if (readers.length + provisioners.length === 0) return undefined;
  const reading = new Set(readers);
  const provisioning = new Set(provisioners);
  return (names) => {
    const provisioner = names.find((name) => provisioning.has(name));
    if (provisioner !== undefined) return { name: certificateCallerName(provisioner), role: "provision" };
    const reader = names.find((name) => reading.has(name));
    return reader === undefined ? undefined : { name: certificateCallerName(reader), role: "read" };
  };
}
