import {
  CALLING_AWS,
  flagSetting,
  optionalTextSetting,
  type Setting,
  wholeNumberSetting,
} from "./setting.ts";
import * as shapes from "./values/shapes.ts";

/** The rows of the group Network, in the order of the table. */
export const NETWORK_SETTINGS = {
  "endpoint-url": optionalTextSetting({
    group: "Network",
    description:
      "URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit",
    example: "url",
    parse: shapes.httpUrl,
    fallbackText: "the AWS endpoint of the Region",
    extraEnv: ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "use-fips-endpoint": flagSetting({
    group: "Network",
    description: "Use the FIPS 140 endpoint; in GovCloud it is the only one",
    extraEnv: ["AWS_USE_FIPS_ENDPOINT"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "use-dualstack-endpoint": flagSetting({
    group: "Network",
    description: "Use the dual-stack endpoint, which supports IPv6",
    extraEnv: ["AWS_USE_DUALSTACK_ENDPOINT"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "https-proxy": optionalTextSetting({
    group: "Network",
    description: "Proxy for https endpoints",
    example: "url",
    parse: shapes.proxyUrl,
    carriesPassword: true,
    extraEnv: ["HTTPS_PROXY", "https_proxy"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "http-proxy": optionalTextSetting({
    group: "Network",
    description: "Proxy for http endpoints",
    example: "url",
    parse: shapes.proxyUrl,
    carriesPassword: true,
    extraEnv: ["HTTP_PROXY", "http_proxy"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "no-proxy": optionalTextSetting({
    group: "Network",
    description: "Hosts to connect to without a proxy, separated by commas",
    example: "hosts",
    parse: shapes.plainText,
    extraEnv: ["NO_PROXY", "no_proxy"],
    repeats: true,
    operators: true,
    commands: CALLING_AWS,
  }),
  "ca-bundle": optionalTextSetting({
    group: "Network",
    description:
      "PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config",
    example: "path",
    parse: shapes.plainText,
    fallbackText: "the CAs of Node.js",
    extraEnv: ["AWS_CA_BUNDLE", "SSL_CERT_FILE"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "patience-seconds": wholeNumberSetting({
    group: "Network",
    description:
      "How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20",
    min: 5,
    max: 3600,
    fallback: 120,
    operators: true,
    commands: CALLING_AWS,
  }),
  "http-timeout-seconds": wholeNumberSetting({
    group: "Network",
    description: "Longest time that one call to AWS may take, in seconds",
    min: 1,
    max: 1800,
    fallback: 300,
    operators: true,
    commands: CALLING_AWS,
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
