// Loaded before the service (`node --import`): SIGUSR2 sets its wall clock back by an hour, or right again.
const right = Date.now.bind(Date);
let backMs = 0;
Date.now = () => right() - backMs;
process.on("SIGUSR2", () => {
  backMs = backMs === 0 ? 3_600_000 : 0;
});
