import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/store-run.ts";
import { crashesIn, crashLine } from "./crashes.ts";

test("the core files of a run are read, and those from before it and other files are left", () => {
  const folder = temporaryFolder();
  try {
    const startedMs = Date.now() - 1000;
    for (const name of ["core", "core.17", "core.18", "core.ts"])
      writeFileSync(join(folder.path, name), "no core");
    utimesSync(join(folder.path, "core.17"), new Date(0), new Date(0));
    const crashes = crashesIn(folder.path, startedMs);
    expect(crashes).toEqual([
      expect.stringMatching(/^a process crashed: /),
      expect.stringMatching(/^a process crashed: /),
    ]);
  } finally {
    folder.remove();
  }
});

test("a crash is one line: the signal and the functions it happened in, innermost first", () => {
  const printed = [
    "[New LWP 6858]",
    "Program terminated with signal SIGSEGV, Segmentation fault.",
    "#0  0x00007fb48ee46cae in __GI_epoll_pwait (epfd=epfd@entry=16) at ../sysdeps/epoll_pwait.c:40",
    "40\t../sysdeps/epoll_pwait.c: No such file or directory.",
    "[Current thread is 1 (Thread 0x7fb48f2c7d40 (LWP 6858))]",
    "#1  uv__io_poll (loop=0x6b94aa0 <default_loop_struct>, timeout=5) at ../deps/uv/linux.c:1451",
    "#2  0x0000000000805735 in node::(anonymous namespace)::SpinEventLoopInternal(node::Environment*) ()",
    "#3  0x00000000007ef4fe in _start ()",
  ].join("\n");
  expect(crashLine(printed)).toBe(
    "a process crashed: SIGSEGV in __GI_epoll_pwait < uv__io_poll < node::SpinEventLoopInternal < _start",
  );
});

test("a core file that the debugger cannot read is still a crash", () => {
  expect(crashLine("not a core dump: file format not recognized\n")).toBe(
    "a process crashed: unknown signal in no known function",
  );
});
