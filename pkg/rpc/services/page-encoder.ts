// The answers of the listings that callers read by the thousand: the bytes of their messages, without the messages.
import {
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { Listing, MessageRow } from "../../connector/connector.ts";
import { lengthTag, MessageWriter } from "../../protocol/message-writer.ts";
import { EncodedAnswer } from "../encoded-answer.ts";

/** A page of 60 users takes less than 100 KiB. A writer that has grown beyond this is not kept for the next page. */
const MOST_KEPT_BYTES = 1024 * 1024;

type ItemOf<O extends DescMessage> =
  MessageShape<O> extends { readonly list: readonly (infer T extends Message)[] } ? T : never;

export type EncodePage<O extends DescMessage> = (listing: Listing<MessageRow<ItemOf<O>>>) => EncodedAnswer<O>;

/** For an answer whose only fields that we set are `list` and `next_page_token`. */
export function createPageEncoder<O extends DescMessage>(schema: O): EncodePage<O> {
  const list = fieldOf(schema, "list");
  if (list.fieldKind !== "list" || list.listKind !== "message") {
    throw new TypeError(`${list.toString()} is not a list of messages`);
  }
  const item = list.message;
  const itemTag = lengthTag(list.number);
  const tokenTag = lengthTag(fieldOf(schema, "nextPageToken").number);
  // One for all pages: nothing is awaited while one is written.
  let writer = new MessageWriter();
  return ({ items, nextPageToken }) => {
    writer.clear();
    // Last to first, as the writer wants it.
    writer.text(tokenTag, nextPageToken);
    for (const row of items.toReversed()) {
      const place = writer.place;
      if (row.write === undefined) writer.raw(toBinary(item, row.build()));
      else row.write(writer);
      writer.head(itemTag, place);
    }
    const answer = new EncodedAnswer(schema, new Uint8Array(writer.since(0)));
    if (writer.heldBytes > MOST_KEPT_BYTES) writer = new MessageWriter();
    return answer;
  };
}

function fieldOf(schema: DescMessage, localName: string): DescField {
  const field = schema.field[localName];
  if (field === undefined) throw new TypeError(`${schema.toString()} has no ${localName}`);
  return field;
}
