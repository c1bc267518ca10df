// Certificates for tests, made during the test: P-256 keys, signed by an authority that only a test trusts.
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface KeyAndCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** `DNS:…`, `email:…`, `URI:…` or `IP:127.0.0.1`. */
  readonly names: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface TestAuthority {
  /** PEM. */
  readonly cert: string;
  issue(request: CertificateRequest): KeyAndCertificate;
  /** An authority that this one has issued. */
  issueAuthority(name: string): TestAuthority;
  /** Another certificate for the same key. PEM. */
  renewed(): string;
}

/** Certificates are valid by a clock that is up to so far off, too. */
const WEEK_MS = 7 * 86_400_000;

const IS_AUTHORITY = extension("551d13", sequence(Buffer.from("0101ff", "hex")), true);

export function createAuthority(name: string): TestAuthority {
  const keys = newKeys();
  const own = (): string =>
    certificate(
      { issuer: name, subject: name, publicKey: keys.publicKey, extensions: [IS_AUTHORITY] },
      keys.privateKey,
    );
  return authorityOf(name, keys, own);
}

function authorityOf(name: string, { privateKey }: KeyPair, own: () => string): TestAuthority {
  return {
    cert: own(),
    renewed: own,
    issueAuthority(subject) {
      const keys = newKeys();
      const { publicKey } = keys;
      return authorityOf(subject, keys, () =>
        certificate({ issuer: name, subject, publicKey, extensions: [IS_AUTHORITY] }, privateKey),
      );
    },
    issue({ names, notBefore, notAfter }) {
      const leaf = newKeys();
      const extensions = names.length === 0 ? [] : [extension("551d11", sequence(...names.map(altName)))];
      const request = {
        issuer: name,
        subject: "test",
        publicKey: leaf.publicKey,
        extensions,
        notBefore,
        notAfter,
      };
      return {
        key: leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: certificate(request, privateKey),
      };
    },
  };
}

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function newKeys(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

interface Shape {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
}

/** ecdsa-with-SHA256. */
const SIGNATURE_ALGORITHM = sequence(oid("2a8648ce3d040302"));

function certificate(shape: Shape, signer: KeyObject): string {
  const { notBefore = new Date(Date.now() - WEEK_MS), notAfter = new Date(Date.now() + WEEK_MS) } = shape;
  const body = sequence(
    // Version 3.
    der(0xa0, Buffer.from("020102", "hex")),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    SIGNATURE_ALGORITHM,
    commonName(shape.issuer),
    sequence(time(notBefore), time(notAfter)),
    commonName(shape.subject),
    shape.publicKey.export({ type: "spki", format: "der" }),
    ...(shape.extensions.length === 0 ? [] : [der(0xa3, sequence(...shape.extensions))]),
  );
  const signature = Buffer.concat([Buffer.of(0), sign("sha256", body, signer)]);
  const whole = sequence(body, SIGNATURE_ALGORITHM, der(0x03, signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.byteLength;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));
}

function time(date: Date): Buffer {
  // GeneralizedTime, to the second.
  return der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [Buffer.from("0101ff", "hex")] : []), der(0x04, value));
}

const ALT_NAME_TAGS: Readonly<Record<string, number>> = { email: 0x81, DNS: 0x82, URI: 0x86, IP: 0x87 };

function altName(text: string): Buffer {
  const [, kind = "", value = ""] = /^(\w+):(.*)$/s.exec(text) ?? [];
  const tag = ALT_NAME_TAGS[kind];
  if (tag === undefined) throw new Error(`no such kind of name: ${text}`);
  return der(tag, kind === "IP" ? Buffer.from(value.split(".").map(Number)) : Buffer.from(value));
}
