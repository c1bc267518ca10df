// Given to a process by `--import`: SIGUSR2 causes an unhandled rejection.
process.once("SIGUSR2", () => {
  void Promise.reject(new Error("the password is hunter2"));
});
