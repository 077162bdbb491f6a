import { receiveReport } from "../../services/reports.ts";
import { textIn } from "../remote/wire-values.ts";
import type { Handler } from "./handler.ts";
import { objectIris } from "./incoming-activity.ts";

const MAX_SUBJECTS = 200;

/** Somebody, often the instance actor of another server, reports our actors or posts. */
export const flag: Handler = ({ context, rules, activity, actor }) => {
  const about = objectIris(activity, rules, MAX_SUBJECTS);
  const comment = textIn(activity.json, "content").text;
  return (tx) => receiveReport(context, tx, actor, { iri: activity.iri, about, comment });
};
