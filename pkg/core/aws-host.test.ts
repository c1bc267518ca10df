import { expect, test } from "vitest";
import { isAwsHost } from "./aws-host.ts";

test.for([
  "cognito-idp.eu-west-1.amazonaws.com",
  "COGNITO-IDP.eu-west-1.amazonaws.com",
  "cognito-idp-fips.us-gov-west-1.amazonaws.com",
  "cognito-idp.cn-north-1.amazonaws.com.cn",
  "cognito-idp.us-east-1.api.aws",
  "vpce-0abc123-xyz.cognito-idp.eu-west-1.vpce.amazonaws.com",
  "vpce-0abc123-xyz-eu-west-1a.cognito-idp.eu-west-1.vpce.amazonaws.com",
  "sts.amazonaws.com",
  "sts.eu-west-1.amazonaws.com",
  "sts-fips.us-east-1.amazonaws.com",
  "portal.sso.eu-west-1.amazonaws.com",
  "oidc.eu-west-1.amazonaws.com",
  "eu-west-1.signin.aws.amazon.com",
])("%s is of AWS", (host) => {
  expect(isAwsHost(host)).toBe(true);
});

test.for([
  "127.0.0.1",
  "localhost",
  "cognito",
  "cognito-idp.eu-west-1.amazonaws.com.evil.example",
  "cognito-idp.eu-west-1.amazonaws.com.",
  "xcognito-idp.eu-west-1.amazonaws.com",
  "cognito-idp.eu-west-1.amazonaws.co",
  "cognito-idp.s3.amazonaws.com",
  "cognito-idp.s3.eu-west-1.amazonaws.com",
  "cognito-idp.eu-west-1.elb.amazonaws.com",
  "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
  "abc123.execute-api.eu-west-1.amazonaws.com",
  "amazonaws.com",
  "",
])("%s is not", (host) => {
  expect(isAwsHost(host)).toBe(false);
});
