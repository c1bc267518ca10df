/** What a hostile peer knows of the service that it attacks. */
export interface Target {
  /** `host:port` of gRPC. */
  readonly address: string;
  /** The base URL of SCIM; empty where it is not served. */
  readonly scim: string;
  readonly readToken: string;
  readonly provisionToken: string;
  readonly sub: string;
  readonly group: string;
  /** The process of the service. */
  readonly pid: number;
}

/** How often something happened, by what it was: gRPC codes and other ends. */
export type Counts = Map<string, number>;

export function countOf(counts: Counts, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** From the JSON text of a target. */
export function parseTarget(json: string): Target {
  const given: unknown = JSON.parse(json);
  const text = (name: keyof Target): string => String(Reflect.get(Object(given), name));
  return {
    address: text("address"),
    scim: text("scim"),
    readToken: text("readToken"),
    provisionToken: text("provisionToken"),
    sub: text("sub"),
    group: text("group"),
    pid: Number(text("pid")),
  };
}
