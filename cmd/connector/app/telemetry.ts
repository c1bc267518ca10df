import type { CognitoDirectory } from "../../../pkg/cognito/directory.ts";
import type { AheadOutcome, AwsCallEvent } from "../../../pkg/core/events.ts";
import type { Throttle } from "../../../pkg/core/throttle.ts";

/** Where metrics and traces are taken while the program is composed. */
export interface Telemetry {
  throttle(inner: Throttle): Throttle;
  directory(inner: CognitoDirectory): CognitoDirectory;
  awsCall(event: AwsCallEvent): void;
  /** A page that was read ahead was served, or was read for nothing. */
  pageAhead(outcome: AheadOutcome): void;
}

/** For commands that end by themselves: nobody scrapes them. */
export const NO_TELEMETRY: Telemetry = {
  throttle: (inner) => inner,
  directory: (inner) => inner,
  awsCall() {},
  pageAhead() {},
};
