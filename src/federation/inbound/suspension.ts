import { receiveSuspension } from "../../services/received-partnership-answers.ts";
import { wholeNumberOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import { ignore, type Handler } from "./handler.ts";
import { answeredOffer } from "./offered-partnership.ts";

const MOST = 1_000_000;

/** A partner suspends a partnership, or resumes it. */
export const suspension: Handler = ({ context, activity, actor }) => {
  const { type: kind, json } = activity;
  const offer = answeredOffer(activity);
  if (offer === null || (kind !== "Suspend" && kind !== "Resume")) return ignore("object-type");
  const number = wholeNumberOf(json["suspension"], 1, MOST);
  if (number === null) throw new Refused(400, "The suspension has no number.");
  const { offerIri } = offer;
  return (tx) => receiveSuspension(context, tx, actor, { offerIri, kind, number });
};
