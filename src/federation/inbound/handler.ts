import type { Context } from "../../services/context.ts";
import type { Effect, Outcome } from "../../services/received-activities.ts";
import type { ActorRecord } from "../../services/records.ts";
import type { Json, WireRules } from "../remote/wire-values.ts";
import type { IncomingActivity } from "./incoming-activity.ts";

/** An activity that has passed the guard. */
export interface Inbound {
  readonly context: Context;
  readonly rules: WireRules;
  readonly activity: IncomingActivity;
  /** who signed, and whose activity it is */
  readonly actor: ActorRecord;
  /** the embedded object, if it may be believed; null leaves only `activity.objectIri` */
  readonly object: Json | null;
}

/**
 * Reads one type of activity and returns what it does; the pipeline runs that once.
 * @throws Refused, AppError for what cannot be read
 */
export type Handler = (inbound: Inbound) => Effect | Promise<Effect>;

/** An effect that only records why there is none. */
export function ignore(reason: string): Effect {
  const outcome: Outcome = `ignored:${reason}`;
  return () => Promise.resolve(outcome);
}
