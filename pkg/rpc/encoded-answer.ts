import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";

/** The finished bytes of an answer, where a handler makes them sooner than the message. */
export class EncodedAnswer<O extends DescMessage = DescMessage> {
  readonly schema: O;
  readonly bytes: Uint8Array;

  constructor(schema: O, bytes: Uint8Array) {
    this.schema = schema;
    this.bytes = bytes;
  }
}

/** What a route answers. */
export type RpcAnswer = Message | EncodedAnswer;

/** The answer for the wire. */
export function encodeAnswer(answer: RpcAnswer, schema: DescMessage): Uint8Array {
  return answer instanceof EncodedAnswer ? answer.bytes : toBinary(schema, answer);
}

/** The answer for a caller in this process. */
export function decodeAnswer(answer: RpcAnswer): Message {
  return answer instanceof EncodedAnswer ? fromBinary(answer.schema, answer.bytes) : answer;
}
