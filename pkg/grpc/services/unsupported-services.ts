// Services that a connector must have and that ours has nothing to say in. Each answers what the field's SDK answers
// for a connector without that capability.
import { GovernanceError } from "../../core/errors.ts";
import type { AssetService } from "../../gen/c1/connector/v2/asset_pb.ts";
import type { EventService } from "../../gen/c1/connector/v2/event_feed_pb.ts";
import type { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import {
  RateLimitDescription_Status,
  type RateLimiterService,
} from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { UncodedError } from "../errors.ts";
import type { Handlers } from "../handlers.ts";

/** An asset is a stream that ends at once. */
export const assetService: Handlers<typeof AssetService> = {
  getAsset: () => [],
};

/** The feed that an empty feed id means. */
const LEGACY_FEED = "baton_feed_event";

/** No feeds. Each feed id is unknown, the one behind an empty id too. */
export const eventService: Handlers<typeof EventService> = {
  listEventFeeds: () => ({ list: [] }),
  listEvents: ({ eventFeedId }) => {
    const id = eventFeedId === "" ? LEGACY_FEED : eventFeedId;
    throw new GovernanceError("not-found", `event_feed_id: there is no event feed ${quoted(id)}`);
  },
};

/** Ticketing is off. Its errors carry no code, unlike those of every other service that is off. */
export const ticketsService: Handlers<typeof TicketsService> = {
  createTicket: ticketingOff,
  getTicket: ticketingOff,
  listTicketSchemas: ticketingOff,
  getTicketSchema: ticketingOff,
  bulkCreateTickets: ticketingOff,
  bulkGetTickets: ticketingOff,
};

function ticketingOff(): never {
  throw new UncodedError("ticketing is not enabled: this connector has no tickets");
}

/**
 * A parent process asks `Do` before each of its calls and gives the call up when that fails. The pace is ours to keep
 * (D6), so every call may go at once.
 */
export const rateLimiterService: Handlers<typeof RateLimiterService> = {
  do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
  report: () => ({}),
};

/** Callers' text in a line of ours, without line breaks of its own. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
