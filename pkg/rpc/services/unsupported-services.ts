// Services that a connector must have although ours supports none of them. Each answers as the Baton SDK does for a
// connector without that capability.
import { GovernanceError } from "../../core/errors.ts";
import { quotedName } from "../../core/text.ts";
import type { AssetService } from "../../gen/c1/connector/v2/asset_pb.ts";
import type { EventService } from "../../gen/c1/connector/v2/event_feed_pb.ts";
import type { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import {
  RateLimitDescription_Status,
  type RateLimiterService,
} from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import type { Handlers } from "../handlers.ts";
import { UncodedError } from "../status.ts";

/** An asset is a stream that ends at once. */
export const assetService: Handlers<typeof AssetService> = {
  getAsset: () => [],
};

/** An empty feed id means this feed. */
const LEGACY_FEED = "baton_feed_event";

/** No feeds. Every feed id is unknown, also the default one. */
export const eventService: Handlers<typeof EventService> = {
  listEventFeeds: () => ({ list: [] }),
  listEvents: ({ eventFeedId }) => {
    const id = eventFeedId === "" ? LEGACY_FEED : eventFeedId;
    throw new GovernanceError("not-found", `event_feed_id: there is no event feed ${quotedName(id)}`);
  },
};

/** Ticketing is off. Unlike for every other service, the SDK's errors have no code here. */
export const ticketsService: Handlers<typeof TicketsService> = {
  createTicket: ticketingOff,
  getTicket: ticketingOff,
  listTicketSchemas: ticketingOff,
  getTicketSchema: ticketingOff,
  bulkCreateTickets: ticketingOff,
  bulkGetTickets: ticketingOff,
};

function ticketingOff(): never {
  throw new UncodedError("ticketing is not enabled");
}

/**
 * A parent process calls `Do` before each of its calls and gives up the call when that fails. The connector limits its
 * own rate (D6), so every call may proceed.
 */
export const rateLimiterService: Handlers<typeof RateLimiterService> = {
  do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
  report: () => ({}),
};
