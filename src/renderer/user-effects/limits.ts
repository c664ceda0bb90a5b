/** What the user's effects may take of the machine; docs/your-own-effects.md tells people of these. */

/** Files of the folder that are loaded, by name. */
export const MOST_FILES = 64;
/** Entries of the folder that are looked at. */
export const MOST_ENTRIES = 20_000;
export const MOST_BYTES = 1_048_576;
/** Cells of state that an effect may ask for: so many a pixel, and so many whatever its length. */
export const CELLS_PER_PIXEL = 16;
export const LEAST_CELLS = 1024;

/** For a thread to start, until it loads the first file. */
export const BOOT_MS = 5000;
/** For one file. */
export const FILE_MS = 1000;
/** For all files of one thread: what is not loaded by then is refused. */
export const ALL_FILES_MS = 3000;
/** Threads that one loading may cost: each but the last ends on one bad file. */
export const MOST_ATTEMPTS = 4;

/** An effect that has not answered after this is stopped. */
export const OVERTIME_MS = 1000;
/** The share of a frame's time that the renderer waits for the user's effects, and the most of it. */
export const FRAME_SHARE = 0.3;
export const LONGEST_PATIENCE_MS = 5;
/** Effects' first pictures may take longer: nothing of them has been compiled yet. At most so much in a frame, for all of them. */
export const FIRST_PATIENCE_MS = 20;
/** How often one that is late is looked after. */
export const WATCH_MS = 20;
/** How often it was looked after before it is stopped. */
export const LEAST_LOOKS = 10;
/** Threads started anew because an effect took one down, from one loading to the next. */
export const MOST_RESTARTS = 8;

/** What all effects together may keep in memory, and what one call may add to the process. */
export const MOST_MEMORY_BYTES = 128 * 1_048_576;
/**
 * V8's own limits. The heap's is far above ours: at it V8 may end the whole process, and ours ends the thread before.
 */
export const V8_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 } as const;

export const MOST_MESSAGE_CHARACTERS = 300;
