// Given to a process by `--import`: on SIGUSR2 something fails that nobody waits for.
process.once("SIGUSR2", () => {
  void Promise.reject(new Error("the password is hunter2"));
});
