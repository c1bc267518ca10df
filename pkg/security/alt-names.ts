import { GovernanceError } from "../core/errors.ts";
import type { AuthenticatedCaller, TlsSecurity } from "./security.ts";

/** The names of a certificate by which a caller may be known, each as `DNS:…`, `email:…` or `URI:…`. */
export function altNamesOf(subjectAltName: string | undefined): readonly string[] {
  const names: string[] = [];
  // Node writes what could be mistaken for a second name as a JSON text, so the quotes are what tells them apart.
  for (const match of (subjectAltName ?? "").matchAll(
    /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/gy,
  )) {
    const [, kind = "", text = ""] = match;
    if (!isKind(kind)) continue;
    const value: unknown = text.startsWith('"') ? JSON.parse(text) : text;
    names.push(nameOf(kind, String(value)));
  }
  return names;
}

type NameLists = Pick<TlsSecurity, "readers" | "provisioners">;

/** Who the bearer of these names is by the lists; undefined when no name is on one of them. */
export type NameTable = (names: readonly string[]) => AuthenticatedCaller | undefined;

/** Undefined when both lists are empty. Throws `invalid-argument` for a name that no certificate could match. */
export function nameTable({ readers = [], provisioners = [] }: NameLists): NameTable | undefined {
  if (readers.length + provisioners.length === 0) return undefined;
  const reading = new Set(readers.map(listed));
  const provisioning = new Set(provisioners.map(listed));
  return (names) => {
    const provisioner = names.find((name) => provisioning.has(name));
    if (provisioner !== undefined) return { name: provisioner, role: "provision" };
    const reader = names.find((name) => reading.has(name));
    return reader === undefined ? undefined : { name: reader, role: "read" };
  };
}

type Kind = "DNS" | "email" | "URI";

function isKind(text: string): text is Kind {
  return text === "DNS" || text === "email" || text === "URI";
}

function listed(text: string): string {
  const [, prefix = "", rest = ""] = /^(DNS|email|URI):(.*)$/s.exec(text) ?? [];
  if (isKind(prefix)) return requireName(prefix, rest, text);
  if (text.includes("://")) return requireName("URI", text, text);
  return requireName(text.includes("@") ? "email" : "DNS", text, text);
}

const SHAPES: Readonly<Record<Kind, RegExp>> = {
  // No bare IPv4 address, which a certificate names as such and not as a DNS name.
  DNS: /^(?!\d+(?:\.\d+){3}$)[a-zA-Z0-9*_.-]+$/,
  email: /^[^\s@]+@[^\s@]+$/,
  URI: /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/,
};

function requireName(kind: Kind, value: string, text: string): string {
  if (SHAPES[kind].test(value)) return nameOf(kind, value);
  throw new GovernanceError(
    "invalid-argument",
    `certificate name ${JSON.stringify(text)}: must be DNS:host, email:address or URI:scheme:…`,
  );
}

function nameOf(kind: Kind, value: string): string {
  return `${kind}:${kind === "DNS" ? value.toLowerCase() : value}`;
}
