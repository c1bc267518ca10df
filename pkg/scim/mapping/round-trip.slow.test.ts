import { testRoundTrips } from "../../../test/support/scim-round-trips.ts";

testRoundTrips(400);
