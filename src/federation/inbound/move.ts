import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { suspendForMove } from "../../services/end-partnership.ts";
import { iriOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import { ignore, type Handler } from "./handler.ts";

/**
 * An actor says that it has moved. The new actor must confirm it by naming the old one in its own
 * document (`alsoKnownAs`); then the old one is read again, and with it where it moved to. Nobody's
 * following moves along by itself, and a partnership is suspended until a manager confirms it.
 */
export const move: Handler = async ({ context, rules, activity, actor }) => {
  const target = iriOf(activity.json["target"], rules);
  if (activity.objectIri !== actor.iri) throw new Refused(403, "Nobody can move somebody else.");
  if (target === null) throw new Refused(400, "The Move does not say where to.");
  if (!(await confirms(context, target, actor.iri))) return ignore("move-not-confirmed");
  return async (tx) => {
    await suspendForMove(context, tx, actor);
    await context.jobs.enqueue(tx, "refresh-actor", { iri: actor.iri });
    return "fetching";
  };
};

async function confirms(context: Context, target: string, moved: string): Promise<boolean> {
  try {
    return (await context.remote.readActor(target)).alsoKnownAs.includes(moved);
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
