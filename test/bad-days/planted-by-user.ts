// Defects in the reading of memberships by user.

import { compose } from "../../cmd/connector/app/compose.ts";
import type { Connector, UserRow } from "../../pkg/connector/connector.ts";
import type { Defect } from "./planted.ts";
import type { Planted } from "./sync-day.ts";

/** Bends what a sync asks. `make` is called for each process. */
function inConnector(make: (real: Connector) => Partial<Connector>): () => Planted {
  return () => ({
    compose(options) {
      const runtime = compose(options);
      return { ...runtime, connector: { ...runtime.connector, ...make(runtime.connector) } };
    },
  });
}

export const BY_USER_DEFECTS: readonly Defect[] = [
  {
    name: "by user, the groups of one user in ten are not read",
    noticed: /lost: member/u,
    day: 3,
    plant: inConnector((real) => {
      let asked = 0;
      return {
        async listGroupsOfUser(user, request, signal) {
          asked += 1;
          const page = await real.listGroupsOfUser(user, request, signal);
          return asked % 10 === 0 ? { items: [], nextPageToken: "" } : page;
        },
      };
    }),
  },
  {
    name: "by user, the second page of the groups of a user is not read",
    noticed: /lost: member/u,
    day: 11,
    plant: inConnector((real) => ({
      listGroupsOfUser: async (...question) => ({
        ...(await real.listGroupsOfUser(...question)),
        nextPageToken: "",
      }),
    })),
  },
  {
    name: "by user, a group that was made again is taken for the older one",
    noticed: /never so: member/u,
    day: 11,
    plant: inConnector((real) => {
      // What a group is stored as is the newest one; whose members are kept follows from this date alone.
      const created = new Map<string, Date>();
      const first = <T extends { readonly group: { readonly name: string; readonly createdAt: Date } }>(
        row: T,
      ): T => {
        const createdAt = created.get(row.group.name) ?? row.group.createdAt;
        created.set(row.group.name, createdAt);
        return { ...row, group: { ...row.group, createdAt } };
      };
      return {
        async listGroups(...question) {
          const page = await real.listGroups(...question);
          return { ...page, items: page.items.map(first) };
        },
        async listGroupsOfUser(...question) {
          const page = await real.listGroupsOfUser(...question);
          return { ...page, items: page.items.map(first) };
        },
      };
    }),
  },
  {
    name: "by user, it is believed at once that there is no such user",
    noticed: /lost: member/u,
    day: 38,
    plant: inConnector(() => ({ isUserGone: async () => true })),
  },
  {
    name: "by user, who has the username now is taken for the one who was listed",
    noticed: /kept: member/u,
    day: 38,
    plant: inConnector((real) => {
      const listed = new Map<string, UserRow>();
      return {
        async listUsers(...question) {
          const page = await real.listUsers(...question);
          for (const row of page.items) listed.set(row.resourceId, row);
          return page;
        },
        findUser: async (id) => listed.get(id),
      };
    }),
  },
];
