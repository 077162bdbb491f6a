/** What happened that those with open streams may want to see; see persistence/events. */
export type { StreamEvent } from "../persistence/events.ts";
