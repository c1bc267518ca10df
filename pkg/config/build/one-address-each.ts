import { GovernanceError } from "../../core/errors.ts";
import type { ListenAddress } from "../../core/listen-address.ts";
import type { Config, SettingLabels } from "../config.ts";

/** Throws `invalid-argument` for two fronts on one address: the second one would find it in use, and not by another program. */
export function requireOneAddressEach({ service, scim, health, labels }: Config): void {
  const named: readonly (readonly [keyof SettingLabels, ListenAddress | undefined])[] = [
    ["listen", service.listen],
    ["scim-listen", scim?.listen],
    ["health-check-port", health.enabled ? healthAddress(health) : undefined],
  ];
  const fronts = named.flatMap(([name, address]) => (address === undefined ? [] : [{ name, address }]));
  for (const [at, one] of fronts.entries()) {
    const other = fronts.slice(at + 1).find(({ address }) => isShared(one.address, address));
    if (other === undefined) continue;
    const what = one.address.kind === "tcp" ? `port ${one.address.port}` : `path ${one.address.path}`;
    throw new GovernanceError(
      "invalid-argument",
      `${labels[one.name]} and ${labels[other.name]} both need the ${what}; give one of them another`,
    );
  }
}

function healthAddress({ bindAddress, port }: Config["health"]): ListenAddress {
  return { kind: "tcp", host: bindAddress, port };
}

function isShared(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === "unix" || other.kind === "unix") {
    return one.kind === "unix" && other.kind === "unix" && one.path === other.path;
  }
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || isWithin(one.host, other.host) || isWithin(other.host, one.host);
}

/** A name may be an address of the other family, which does not collide with 0.0.0.0. */
function isWithin(host: string, all: string): boolean {
  return all === "::" || (all === "0.0.0.0" && /^[\d.]+$/.test(host));
}
