function discard(): void {
  // The adapter reports by events and errors. The SDK's own lines would contain arguments and go to the console.
}

/** For every client of the SDK. The SDK has a NoOpLogger, but some of its warnings bypass it and reach the console. */
export const SILENT_LOGGER = { trace: discard, debug: discard, info: discard, warn: discard, error: discard };
