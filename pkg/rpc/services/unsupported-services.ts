// Services that a connector must have although ours supports none of them. Each answers as the Baton SDK does for a
// connector without that capability.
import type { AssetService } from "../../gen/c1/connector/v2/asset_pb.ts";
import type { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import type { Handlers } from "../handlers.ts";
import { UncodedError } from "../status.ts";

/** An asset is a stream that ends at once. */
export const assetService: Handlers<typeof AssetService> = {
  getAsset: () => [],
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
