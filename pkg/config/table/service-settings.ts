import { formatListenAddress, type ListenAddress, parseListenAddress } from "../../core/listen-address.ts";
import {
  type CommandName,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { parseCertificateNames } from "./values/certificate-names.ts";
import { jwksUrl, tokenText } from "./values/service-shapes.ts";
import { plainText } from "./values/shapes.ts";

const COMMON: {
  readonly group: "Service";
  readonly operators: true;
  readonly commands: readonly CommandName[];
} = { group: "Service", operators: true, commands: ["serve"] };

const DEFAULT_LISTEN: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 50051 };

/** The rows of the group Service, in the order of the table. */
export const SERVICE_SETTINGS = {
  listen: textSetting({
    ...COMMON,
    description:
      "Address of the gRPC service: host:port, [ipv6]:port or unix:/path; beyond this machine it needs TLS",
    example: "address",
    parse: parseListenAddress,
    fallback: DEFAULT_LISTEN,
    fallbackText: formatListenAddress(DEFAULT_LISTEN),
  }),
  insecure: flagSetting({
    ...COMMON,
    description: "Serve other machines without TLS",
  }),
  "tls-cert-file": optionalTextSetting({
    ...COMMON,
    description: "Certificate of the service with its chain, PEM",
    example: "path",
    parse: plainText,
    fallbackText: "no TLS",
  }),
  "tls-key-file": optionalTextSetting({
    ...COMMON,
    description: "Private key of that certificate, PEM",
    example: "path",
    parse: plainText,
  }),
  "tls-client-ca-file": optionalTextSetting({
    ...COMMON,
    description: "CA that must have signed the certificate of every client, PEM",
    example: "path",
    parse: plainText,
    fallbackText: "no client certificates",
  }),
  "tls-readers": optionalTextSetting({
    ...COMMON,
    description:
      "Client certificates that may only read, by subject alternative name: whole DNS names, e-mail addresses or spiffe:// URIs, comma separated",
    example: "names",
    parse: parseCertificateNames,
    fallbackText: "none",
    repeats: true,
  }),
  "tls-provisioners": optionalTextSetting({
    ...COMMON,
    description: "Client certificates that may also change the pool, by the same names",
    example: "names",
    parse: parseCertificateNames,
    fallbackText: "every certificate of the CA, unless --tls-readers names some",
    repeats: true,
  }),
  "auth-tokens-file": optionalTextSetting({
    ...COMMON,
    description: "File of the hashed bearer tokens that are accepted, each with its role",
    example: "path",
    parse: plainText,
    fallbackText: "no tokens",
  }),
  "jwt-jwks-url": optionalTextSetting({
    ...COMMON,
    description: "URL of the keys (JWKS) that sign the JWTs that are accepted",
    example: "url",
    parse: jwksUrl,
    fallbackText: "no JWTs",
  }),
  "jwt-jwks-file": optionalTextSetting({
    ...COMMON,
    description: "File of such keys instead",
    example: "path",
    parse: plainText,
    fallbackText: "no JWTs",
  }),
  "jwt-issuer": optionalTextSetting({
    ...COMMON,
    description: "Issuer (iss) that a JWT must have",
    example: "issuer",
    parse: tokenText,
  }),
  "jwt-audience": optionalTextSetting({
    ...COMMON,
    description: "Audience (aud) that a JWT must have",
    example: "audience",
    parse: tokenText,
  }),
  "jwt-role-claim": textSetting({
    ...COMMON,
    description: "Claim of a JWT that has connector:read or connector:provision",
    example: "claim",
    parse: tokenText,
    fallback: "roles",
    fallbackText: "roles",
  }),
  "grace-seconds": wholeNumberSetting({
    ...COMMON,
    description: "How long calls and changes under way may take to end",
    min: 1,
    max: 3600,
    fallback: 25,
  }),
  "max-connections": wholeNumberSetting({
    ...COMMON,
    description: "Connections held at once; beyond it the first that no rightful caller has used makes room",
    min: 1,
    max: 1_000_000,
    fallback: 20_000,
  }),
  "disable-reflection": flagSetting({
    ...COMMON,
    description: "Leave out gRPC server reflection",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
