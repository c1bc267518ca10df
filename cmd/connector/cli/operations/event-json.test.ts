import { expect, test } from "vitest";
import { createEventFeed } from "../../../../pkg/connector/event-feed.ts";
import type { ChangedSubject } from "../../../../pkg/core/change-feed.ts";
import { somePool, someUser } from "../../../../test/support/fake-directory.ts";
import { eventJson } from "./event-json.ts";

const POOL = "eu-west-1_Fake00001";
const user = someUser({ attributes: { email: "ada@example.com" } });

test.for<[ChangedSubject, object]>([
  [
    { kind: "user", user },
    { resourceChangeEvent: { resourceId: { resourceType: "user", resource: user.sub } } },
  ],
  [
    { kind: "member-added", groupName: `${POOL}_Google`, user },
    {
      createGrantEvent: {
        entitlement: { id: `group:${POOL}_Google:member` },
        principal: { annotations: [{ "@type": "type.googleapis.com/c1.connector.v2.UserTrait" }] },
        annotations: [{ "@type": "type.googleapis.com/c1.connector.v2.GrantImmutable" }],
      },
    },
  ],
  [{ kind: "member-removed", groupName: "staff", user }, { createRevokeEvent: { principal: {} } }],
])("an event of %o is printed with its annotations", async ([subject, expected]) => {
  const change = {
    change: 1,
    runId: "run",
    after: undefined,
    before: new Date("2026-11-02T00:00:00Z"),
    recordedAs: "any",
    subject,
    auditId: undefined,
  };
  const { listEvents } = createEventFeed({
    changes: { changesFrom: async () => ({ changes: [change], hasMore: false }) },
    poolId: POOL,
    userIdKind: "sub",
    pool: async () => somePool(),
  });
  const request = { feedId: "", cursor: "", startAt: undefined, pageSize: 0, maxBytes: 1 << 20 };
  const { events } = await listEvents(request, new AbortController().signal);
  expect(events.map(eventJson)).toMatchObject([
    {
      id: "run-1",
      occurredAt: "2026-11-02T00:00:00Z",
      annotations: [
        {
          "@type": "type.googleapis.com/google.protobuf.Struct",
          value: { before: "2026-11-02T00:00:00.000Z", kind: "any" },
        },
      ],
      ...expected,
    },
  ]);
});
