import { parseApiHost, parseClientId } from "../../core/client-id.ts";
import {
  type CommandName,
  flagSetting,
  optionalTextSetting,
  type Setting,
  wholeNumberSetting,
} from "./setting.ts";
import { hostId } from "./values/platform-shapes.ts";

const COMMON: {
  readonly group: "Platform";
  readonly operators: true;
  readonly commands: readonly CommandName[];
} = { group: "Platform", operators: true, commands: ["serve"] };

/** The rows of the group Platform, in the order of the table. Names and environment variables are Baton's. */
export const PLATFORM_SETTINGS = {
  "client-id": optionalTextSetting({
    ...COMMON,
    description:
      "Client id of the governance platform, name@host/path: do the platform's tasks; needs client-secret",
    example: "id",
    parse: parseClientId,
    fallbackText: "no tasks",
  }),
  "task-concurrency": wholeNumberSetting({
    ...COMMON,
    description: "Maximum number of the platform's tasks at once",
    min: 1,
    max: 100,
    fallback: 3,
  }),
  "host-id": optionalTextSetting({
    ...COMMON,
    description: "Name by which the platform knows this machine",
    example: "name",
    parse: hostId,
    fallbackText: "the host name",
  }),
  "c1-api-host": optionalTextSetting({
    ...COMMON,
    description: "Host, with an optional port, of the platform's API instead of the one in client-id",
    example: "host",
    parse: parseApiHost,
    fallbackText: "the host of client-id",
  }),
  "get-tasks": flagSetting({
    ...COMMON,
    description: "Ask the platform for several tasks in one call",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
