// Given to a process by `--import`: a handle that nothing waits for keeps the event loop running.
setInterval(() => {}, 60_000);
