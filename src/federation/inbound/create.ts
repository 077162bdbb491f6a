import type { Handler } from "./handler.ts";
import { writePost } from "./written-post.ts";

/** An actor published a post. */
export const create: Handler = (inbound) => writePost(inbound);
