function nothing(): void {
  // The adapter reports by events and errors; the SDK's own lines would carry arguments and go to the console.
}

/** A logger for the SDK that says nothing. Its own NoOpLogger is bypassed for some warnings, which then hit the console. */
export const SILENT_LOGGER = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
