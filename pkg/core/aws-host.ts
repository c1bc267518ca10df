/** The DNS suffixes of AWS's partitions, with those of dual-stack endpoints and of the sign-in service. */
const SUFFIXES = [
  "amazonaws.com",
  "amazonaws.com.cn",
  "amazonaws.eu",
  "api.aws",
  "api.amazonwebservices.com.cn",
  "api.amazonwebservices.eu",
  "aws.amazon.com",
  "c2s.ic.gov",
  "sc2s.sgov.gov",
  "csp.hci.ic.gov",
  "cloud.adc-e.uk",
];

/** The services that are called: Cognito, and those that give credentials. */
const SERVICES = ["cognito-idp", "sts", "sso", "portal\\.sso", "oidc", "signin"];

const AWS_HOST = new RegExp(
  `^(?:[a-z0-9-]+\\.)*(?:${SERVICES.join("|")})(?:-fips)?(?:\\.[a-z]{2,}(?:-[a-z]+)+-\\d+)?(?:\\.vpce)?\\.(?:${SUFFIXES.map((suffix) => suffix.replaceAll(".", "\\.")).join("|")})$`,
);

/**
 * Whether the host is an endpoint of a service of AWS that this program calls. What customers host below AWS's names, such
 * as a bucket, a load balancer or an API of their own, is not.
 */
export function isAwsHost(host: string): boolean {
  const name = host.toLowerCase();
  return AWS_HOST.test(name) || /^[a-z]{2,}(?:-[a-z]+)+-\d+\.signin\.aws\.amazon\.com$/.test(name);
}
