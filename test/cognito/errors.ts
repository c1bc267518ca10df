/**
 * An error as AWS puts it on the wire. `code` goes into `__type` and `x-amzn-errortype`; the JSON endpoint sends
 * 400 for everything but its own failures, throttling included.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** InvalidParameterException, Cognito's answer to nearly every malformed request. */
export const invalidParameter = (message: string): AwsError =>
  new AwsError("InvalidParameterException", message);

export const poolNotFound = (id: string): AwsError =>
  new AwsError("ResourceNotFoundException", `User pool ${id} does not exist.`);

/** The same name as for a missing pool: only the text tells the two apart. */
export const groupNotFound = (): AwsError => new AwsError("ResourceNotFoundException", "Group not found.");

export const userNotFound = (): AwsError => new AwsError("UserNotFoundException", "User does not exist.");

/** The throttle as captured from the service: HTTP 400, not 429. */
export const tooManyRequests = (): AwsError => new AwsError("TooManyRequestsException", "Rate exceeded");

// Faults of the front end in AWS, before the request reaches Cognito, carry a namespace in __type.
const coral = new Set(["UnknownOperationException", "SerializationException"]);

/** The body of an error answer. */
export function errorBody(error: AwsError): string {
  const type = coral.has(error.code) ? `com.amazon.coral.service#${error.code}` : error.code;
  // AWS capitalises the member for access denials; the SDK reads both.
  const member = error.code === "AccessDeniedException" ? "Message" : "message";
  return JSON.stringify({ __type: type, [member]: error.message });
}
