// Defects that only the rare days show.

import { compose } from "../../cmd/connector/app/compose.ts";
import type { Connector, GroupRow } from "../../pkg/connector/connector.ts";
import type { Defect } from "./planted.ts";

export const RARE_DEFECTS: readonly Defect[] = [
  {
    name: "a member whom no part listed is taken as gone",
    noticed: /lost: user/u,
    day: 1,
    plant: () => ({
      compose(options) {
        const runtime = compose(options);
        return { ...runtime, connector: { ...runtime.connector, findUser: async () => undefined } };
      },
    }),
  },
  {
    name: "a run that goes on takes a group that was made again for the older one",
    noticed: /(?:lost|kept): member/u,
    day: 33,
    plant: () => {
      const first = new Map<string, GroupRow>();
      return {
        compose(options) {
          const runtime = compose(options);
          const { connector } = runtime;
          const listGroups: Connector["listGroups"] = async (...question) => {
            const page = await connector.listGroups(...question);
            for (const row of page.items) if (!first.has(row.group.name)) first.set(row.group.name, row);
            return { ...page, items: page.items.map((row) => first.get(row.group.name) ?? row) };
          };
          return { ...runtime, connector: { ...connector, listGroups } };
        },
      };
    },
  },
  {
    name: "the shrink guard is never asked",
    noticed: /shrunk without --accept-shrink/u,
    day: 3,
    plant: () => ({ args: ["--accept-shrink"] }),
  },
];
