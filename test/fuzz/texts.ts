// Texts of callers and operators, and the files that say who may call.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { parseCertificateNames } from "../../pkg/config/table/values/certificate-names.ts";
import { parseGroupPatterns } from "../../pkg/config/table/values/group-patterns.ts";
import { parseRates } from "../../pkg/config/table/values/rate.ts";
import { parseReason } from "../../pkg/config/table/values/reason.ts";
import { collectorEndpoint, jwksUrl } from "../../pkg/config/table/values/service-shapes.ts";
import { httpUrl, proxyUrl, roleArn } from "../../pkg/config/table/values/shapes.ts";
import { parseInterval, parseTime } from "../../pkg/config/table/values/times.ts";
import { parseClientMetadata } from "../../pkg/core/client-metadata.ts";
import { systemClocks } from "../../pkg/core/clock.ts";
import { parseListenAddress } from "../../pkg/core/listen-address.ts";
import { parseUserSearch } from "../../pkg/core/user-search.ts";
import { createPasswordOpener } from "../../pkg/encryption/password-opener.ts";
import { createSealer } from "../../pkg/encryption/sealer.ts";
import { ageConfig, jwkConfig, ownKey } from "../../pkg/encryption/sealing.fixture.ts";
import { decodePageToken, encodePageToken, firstPage } from "../../pkg/protocol/page-token.ts";
import { type AccessControl, createAccessControl } from "../../pkg/security/access-control.ts";
import { hostileText, mutated } from "./mutate.ts";
import { Finding, type MakeSubject, type Outcome, PLANTED } from "./subject.ts";

type Parse = (text: string) => unknown;

/** Valid texts by what reads them. A problem must not quote the value where it may be a secret. */
const PARSERS: readonly [readonly [Parse, string], ...(readonly [Parse, string])[]] = [
  [(text) => parseClientMetadata(text), `ticket=${PLANTED},who=ann`],
  [(text) => parseClientMetadata(text), `{"ticket": "${PLANTED}"}`],
  [(text) => parseUserSearch(text), `email ^= "${PLANTED}"`],
  [(text) => parseListenAddress(text), "[::1]:50051"],
  [(text) => parseListenAddress(text), "unix:/run/connector.sock"],
  [(text) => parseRates(text), "UserList=30,UserRead=5"],
  [(text) => parseReason(text), "ticket 4711"],
  [(text) => parseInterval(text), "24h"],
  [(text) => parseTime(text), "2026-11-21T18:00:00Z"],
  [(text) => parseCertificateNames(text), "DNS:a.example,spiffe://example.org/platform,ann@example.org"],
  [(text) => jwksUrl(text), "https://issuer.example/keys"],
  [(text) => httpUrl(text), "https://cognito.example:8443/"],
  [(text) => proxyUrl(text), `http://ann:${PLANTED}@proxy.example:3128`],
  [(text) => collectorEndpoint(text), "collector.example:4317"],
  [(text) => roleArn(text), "arn:aws:iam::123456789012:role/connector"],
  [(text) => createPasswordOpener(text), `client@id:tenant:v1:${clientKey()}`],
  [(text) => decodePageToken(text, "ListResources", "user"), pageToken()],
];

function clientKey(): string {
  return Buffer.from(JSON.stringify(ownKey("Ed25519").privateJwk)).toString("base64url");
}

function pageToken(): string {
  return encodePageToken(firstPage("ListResources", "user"));
}

export const texts: MakeSubject = () => ({
  read(random) {
    const [parse, valid] = random.pick(PARSERS);
    const parsed = parse(mutated(Buffer.from(valid), random).toString(random.once(9) ? "latin1" : "utf8"));
    const problem: unknown = Reflect.get(Object(parsed), "problem");
    if (typeof problem === "string" && problem.includes(PLANTED)) throw new Finding(`quotes it: ${problem}`);
    return problem === undefined ? "read" : "refused";
  },
});

/** Patterns of an operator against names that a caller chooses. */
export const patterns: MakeSubject = () => ({
  read(random) {
    const signs = ["*", "?", "-", "a", "*-", "*a", "admin"];
    const some = (length: number) => Array.from({ length }, () => random.any(signs) ?? "").join("");
    const parsed = parseGroupPatterns(some(1 + random.below(24)));
    if ("problem" in parsed) return "refused";
    const name = random.once(3) ? hostileText(random) : some(100).replaceAll("*", "-").slice(0, 128);
    for (const pattern of parsed.value) pattern.matches(name);
    return "read";
  },
});

const TOKEN = "a-token-of-the-fuzzer";

const head = (bearer: string) => ({
  via: "grpc" as const,
  operation: "c1.connector.v2.GrantManagerService/Grant",
  needs: "provision" as const,
  peer: "127.0.0.1:1",
  authorization: [`Bearer ${bearer}`],
  certificate: undefined,
});

async function askedBy(make: () => AccessControl, bearer: string): Promise<Outcome> {
  const access = make();
  try {
    await access.authorize(head(bearer));
    return "read";
  } finally {
    access.stop();
  }
}

export const tokenFile: MakeSubject = (folder) => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const valid = Buffer.from(
    `# callers\nprovision ${sha256(TOKEN)} platform\nread ${sha256("other")}\nread ${PLANTED}\n`.replace(
      `read ${PLANTED}\n`,
      "",
    ),
  );
  const withPlainToken = Buffer.from(`provision ${sha256(TOKEN)} platform\nread ${PLANTED}\n`);
  const path = join(folder, "tokens");
  return {
    read(random) {
      writeFileSync(path, mutated(random.once(4) ? withPlainToken : valid, random));
      const make = () => createAccessControl({ settings: { tokensFile: path }, clocks: systemClocks });
      return askedBy(make, random.once(4) ? hostileText(random) : TOKEN);
    },
  };
};

export const keySet: MakeSubject = async (folder) => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const rsa = await generateKeyPair("RS256");
  const claims = { roles: ["connector:provision"] };
  const signed = await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: "one" })
    .setIssuer("issuer")
    .setAudience("audience")
    .setSubject("ann")
    .setExpirationTime("10h")
    .sign(privateKey);
  const keys = [
    { ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" },
    { ...(await exportJWK(rsa.publicKey)), kid: "two" },
    { kty: "oct", k: PLANTED, kid: "three" },
  ];
  const valid = Buffer.from(JSON.stringify({ keys }));
  const path = join(folder, "jwks.json");
  const jwt = { jwks: { kind: "file", path } as const, issuer: "issuer", audience: "audience" };
  return {
    read(random) {
      const inKeys = random.once(2);
      writeFileSync(path, inKeys ? mutated(valid, random) : valid);
      const settings = { jwt: { ...jwt, roleClaim: random.once(9) ? "__proto__" : "roles" } };
      const token = inKeys ? signed : mutated(Buffer.from(signed), random).toString("latin1");
      return askedBy(() => createAccessControl({ settings, clocks: systemClocks }), token);
    },
  };
};

/** Keys that a caller names for a new password. */
export const publicKeys: MakeSubject = () => {
  const kinds = ["Ed25519", "P-256", "P-384", "P-521", "RSA"] as const;
  const jwks = kinds.map((kind) => JSON.stringify(ownKey(kind).publicJwk));
  const age = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
  return {
    async read(random): Promise<Outcome> {
      const valid = Buffer.from(random.any(jwks) ?? "");
      const config = random.once(4)
        ? ageConfig(mutated(Buffer.from(age), random).toString())
        : jwkConfig(mutated(valid, random).toString());
      await createSealer([config]);
      return "read";
    },
  };
};
