import { testRoundTrips } from "../../../test/support/scim-round-trips.ts";
import { rounds } from "../../../test/support/thorough.ts";

testRoundTrips(rounds(100, 400));
