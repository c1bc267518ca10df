// Given to a process by `--import`: something that nobody waits for keeps the event loop.
setInterval(() => {}, 60_000);
