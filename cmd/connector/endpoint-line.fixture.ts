const ENDPOINT_LINE =
  /^connector: warning: (?:--endpoint-url|BATON_ENDPOINT_URL|AWS_ENDPOINT_URL\w*): https?:\/\/(?:127\.0\.0\.1|\[::1\]|localhost):\d+ is not an endpoint of AWS; all requests, with passwords and personal data, go there\n/m;

/**
 * What stderr got, without the line that says once that the endpoint is a fake on this machine. A second such line is a
 * failure of the program and stays.
 */
export function withoutEndpointLine(stderr: string): string {
  return stderr.replace(ENDPOINT_LINE, "");
}
