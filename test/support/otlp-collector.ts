// A collector of traces that decodes the spans by the field numbers of opentelemetry/proto/trace/v1/trace.proto.
import { Buffer } from "node:buffer";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a span without a parent. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 2: error. */
  readonly status: number;
  readonly statusMessage: string;
  /** The resource attributes of the sender. */
  readonly resource: Readonly<Record<string, string | number>>;
}

export interface OtlpCollector {
  readonly port: number;
  readonly spans: readonly ReceivedSpan[];
  /** How many batches arrived. */
  readonly batches: number;
  /** All bytes that arrived, as text, to search for what must not be in them. */
  readonly text: () => string;
  /** Resolves when `count` spans have arrived. */
  arrived(count: number): Promise<void>;
  /** How the next batches are answered; `hang` means no answer. */
  answer(how: "ok" | "unavailable" | "hang"): void;
  close(): void;
}

export interface CollectorOptions {
  /** PEM; without them the collector does not use TLS. */
  readonly key?: string;
  readonly certificate?: string;
}

export async function startOtlpCollector({
  key,
  certificate,
}: CollectorOptions = {}): Promise<OtlpCollector> {
  const spans: ReceivedSpan[] = [];
  const raw: Buffer[] = [];
  const waiting = new Set<() => void>();
  let how: "ok" | "unavailable" | "hang" = "ok";
  const server = new Server();
  server.addService(
    {
      export: {
        path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        requestStream: false,
        responseStream: false,
        requestDeserialize: (bytes: Buffer) => bytes,
        requestSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
      },
    },
    {
      export: (
        call: { readonly request: Buffer },
        respond: (error: object | null, answer?: Buffer) => void,
      ) => {
        raw.push(call.request);
        if (how === "unavailable") respond({ code: status.UNAVAILABLE, details: "go away" });
        if (how !== "ok") return;
        spans.push(...spansOf(call.request));
        for (const wake of waiting) wake();
        respond(null, Buffer.alloc(0));
      },
    },
  );
  const credentials =
    key === undefined || certificate === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) },
        ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    spans,
    get batches() {
      return raw.length;
    },
    text: () => Buffer.concat(raw).toString("latin1"),
    arrived: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (spans.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    answer(next) {
      how = next;
    },
    close: () => server.forceShutdown(),
  };
}

type Field = bigint | Uint8Array;

/** The fields of a message by number, each in order of arrival. */
function fieldsOf(bytes: Uint8Array): (number: number) => readonly Field[] {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Varint) values.push(BigInt(reader.uint64()));
    else if (type === WireType.Bit64) values.push(BigInt(reader.fixed64()));
    else reader.skip(type);
  }
  return (number) => fields.get(number) ?? [];
}

function spansOf(request: Uint8Array): readonly ReceivedSpan[] {
  return messages(fieldsOf(request)(1)).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans(1));
    const attributes = resource === undefined ? {} : attributesOf(resource(1));
    return messages(resourceSpans(2))
      .flatMap((scope) => messages(scope(2)))
      .map((span) => spanOf(span, attributes));
  });
}

function spanOf(
  span: (number: number) => readonly Field[],
  resource: Readonly<Record<string, string | number>>,
): ReceivedSpan {
  const [outcome] = messages(span(15));
  return {
    traceId: hex(span(1)[0]),
    spanId: hex(span(2)[0]),
    parentSpanId: hex(span(4)[0]),
    name: textOf(span(5)[0]),
    kind: Number(span(6)[0] ?? 0),
    startMs: Number(span(7)[0] ?? 0n) / 1e6,
    endMs: Number(span(8)[0] ?? 0n) / 1e6,
    attributes: attributesOf(span(9)),
    status: Number(outcome?.(3)[0] ?? 0),
    statusMessage: textOf(outcome?.(2)[0]),
    resource,
  };
}

function messages(fields: readonly Field[]): readonly ((number: number) => readonly Field[])[] {
  return fields.filter((field) => field instanceof Uint8Array).map(fieldsOf);
}

function attributesOf(fields: readonly Field[]): Record<string, string | number> {
  return Object.fromEntries(
    messages(fields).map((pair) => {
      const [value] = messages(pair(2));
      const number = value?.(3)[0];
      return [textOf(pair(1)[0]), number === undefined ? textOf(value?.(1)[0]) : Number(number)];
    }),
  );
}

function textOf(field: Field | undefined): string {
  return field instanceof Uint8Array ? Buffer.from(field).toString() : "";
}

function hex(field: Field | undefined): string {
  return field instanceof Uint8Array ? Buffer.from(field).toString("hex") : "";
}
