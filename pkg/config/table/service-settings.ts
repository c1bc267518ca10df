import { formatListenAddress, type ListenAddress, parseListenAddress } from "../../core/listen-address.ts";
import {
  CALLING_AWS,
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
      "Address of the gRPC service: host:port, [ipv6]:port or unix:/path; an address that other machines can reach needs TLS",
    example: "address",
    parse: parseListenAddress,
    fallback: DEFAULT_LISTEN,
    fallbackText: formatListenAddress(DEFAULT_LISTEN),
  }),
  insecure: flagSetting({
    ...COMMON,
    description: "Allow plain text beyond this machine: clients without TLS, and an http endpoint-url",
    commands: CALLING_AWS,
  }),
  "tls-cert-file": optionalTextSetting({
    ...COMMON,
    description: "PEM file with the certificate of the service and its chain",
    example: "path",
    parse: plainText,
    fallbackText: "no TLS",
  }),
  "tls-key-file": optionalTextSetting({
    ...COMMON,
    description: "PEM file with the private key of the certificate",
    example: "path",
    parse: plainText,
  }),
  "tls-client-ca-file": optionalTextSetting({
    ...COMMON,
    description: "PEM file with CA certificates; every client then needs a certificate from one of these CAs",
    example: "path",
    parse: plainText,
    fallbackText: "no client certificates",
  }),
  "tls-readers": optionalTextSetting({
    ...COMMON,
    description:
      "Client certificates that may only read, by subject alternative name: full DNS names, e-mail addresses or spiffe:// URIs, separated by commas",
    example: "names",
    parse: parseCertificateNames,
    fallbackText: "none",
    repeats: true,
  }),
  "tls-provisioners": optionalTextSetting({
    ...COMMON,
    description: "Client certificates that may also change the pool; same format",
    example: "names",
    parse: parseCertificateNames,
    fallbackText: "every certificate of the CA; none if --tls-readers is set",
    repeats: true,
  }),
  "auth-tokens-file": optionalTextSetting({
    ...COMMON,
    description: "File with the hashes of the accepted bearer tokens, each with a role",
    example: "path",
    parse: plainText,
    fallbackText: "no tokens",
  }),
  "jwt-jwks-url": optionalTextSetting({
    ...COMMON,
    description: "URL of the JSON Web Key Set that verifies the accepted JWTs",
    example: "url",
    parse: jwksUrl,
    fallbackText: "no JWTs",
  }),
  "jwt-jwks-file": optionalTextSetting({
    ...COMMON,
    description: "File with the JSON Web Key Set, instead of a URL",
    example: "path",
    parse: plainText,
    fallbackText: "no JWTs",
  }),
  "jwt-issuer": optionalTextSetting({
    ...COMMON,
    description: "Issuer (iss) that each JWT must have",
    example: "issuer",
    parse: tokenText,
  }),
  "jwt-audience": optionalTextSetting({
    ...COMMON,
    description: "Audience (aud) that each JWT must have",
    example: "audience",
    parse: tokenText,
  }),
  "jwt-role-claim": textSetting({
    ...COMMON,
    description: "Claim of the JWT that contains connector:read or connector:provision",
    example: "claim",
    parse: tokenText,
    fallback: "roles",
    fallbackText: "roles",
  }),
  "grace-seconds": wholeNumberSetting({
    ...COMMON,
    description: "Time for running calls and changes to end at shutdown, in seconds",
    min: 1,
    max: 3600,
    fallback: 25,
  }),
  "max-connections": wholeNumberSetting({
    ...COMMON,
    description:
      "Maximum number of open connections, of about 80 KiB each; above it, one without a call is closed. The system's limit on open files may lower it",
    min: 1,
    max: 1_000_000,
    fallback: 2000,
  }),
  "max-calls": wholeNumberSetting({
    ...COMMON,
    description: "Maximum number of gRPC calls under way; one caller may have half of them",
    min: 2,
    max: 100_000,
    fallback: 2000,
  }),
  "max-queue-seconds": wholeNumberSetting({
    ...COMMON,
    description:
      "Calls of gRPC callers that may wait for the limiter in a quota category, as the seconds that they would take; above it, the caller with the most is answered UNAVAILABLE",
    min: 5,
    max: 3600,
    fallback: 60,
  }),
  "disable-reflection": flagSetting({
    ...COMMON,
    description: "Turn off gRPC server reflection",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
