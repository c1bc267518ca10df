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
export function factsInProfile({
  secondFactors,
  lastSignIn,
}: UserFacts): readonly (readonly [string, ProfileValue])[] {
  return [
    ["last_sign_in_at", lastSignIn?.at?.toISOString()],
    ["last_sign_in_read_at", lastSignIn?.readAt.toISOString()],
    ["preferred_second_factor", secondFactors?.preferred],
    ["second_factors", secondFactors && [...secondFactors.factors]],
    ["second_factors_read_at", secondFactors?.readAt.toISOString()],
  ];
}

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
