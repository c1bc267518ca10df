import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { UserFacts } from "../../core/user-facts.ts";
import type { ProfileValue } from "../../protocol/builders.ts";

/** What readers of Baton know under names of their own. An unknown fact is left out: no reader may take it for "none". */
export function factsInTrait({ secondFactors, lastSignIn }: UserFacts) {
  return {
    ...(secondFactors && { mfaStatus: { mfaEnabled: secondFactors.factors.length > 0 } }),
    ...(lastSignIn?.at && { lastLogin: timestampFromDate(lastSignIn.at) }),
  };
}

/** The facts with the time at which they were read, which the trait cannot hold. */
export const FACTS_IN_PROFILE: readonly (readonly [string, (facts: UserFacts) => ProfileValue])[] = [
  ["last_sign_in_at", ({ lastSignIn }) => lastSignIn?.at?.toISOString()],
  ["last_sign_in_read_at", ({ lastSignIn }) => lastSignIn?.readAt.toISOString()],
  ["preferred_second_factor", ({ secondFactors }) => secondFactors?.preferred],
  ["second_factors", ({ secondFactors }) => secondFactors && [...secondFactors.factors]],
  ["second_factors_read_at", ({ secondFactors }) => secondFactors?.readAt.toISOString()],
];

/** The facts as a part of the row's stamp; "" when nothing is known. */
export function factsStamp({ secondFactors, lastSignIn }: UserFacts): string {
  const factors = secondFactors && [
    secondFactors.readAt.getTime(),
    secondFactors.preferred ?? "",
    ...secondFactors.factors,
  ];
  const signIn = lastSignIn && [lastSignIn.readAt.getTime(), lastSignIn.at?.getTime() ?? ""];
  return factors === undefined && signIn === undefined
    ? ""
    : JSON.stringify([factors ?? null, signIn ?? null]);
}
