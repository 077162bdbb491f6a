import type { Wire } from "../../services/wire.ts";
import {
  acceptActivity,
  acknowledgeActivity,
  createActivity,
  deleteActivity,
  followActivity,
  objectDocument,
  rejectActivity,
  undoFollowActivity,
  updateActivity,
  updateActorActivity,
} from "./activities.ts";
import { endRelayActivity, likeActivity, relayActivity, undoLikeActivity } from "./discussion.ts";
import { moderationWire } from "./moderation.ts";
import { createNoticeActivity, noticeDocument } from "./notice.ts";
import { partnershipWire } from "./partnership.ts";
import { announceActivity, pinActivity, undoAnnounceActivity, unpinActivity } from "./reactions.ts";
import {
  answerQuoteActivity,
  deleteStampActivity,
  quoteRequestActivity,
  stampDocument,
} from "./quote.ts";
import { voteActivity } from "./question.ts";
import { rosterActivity } from "./roster.ts";
import { serializeActivity } from "./serialize.ts";

/** The words of ActivityStreams for what the services have to say. */
export function createWire(): Wire {
  return {
    object: objectDocument,
    create: createActivity,
    update: updateActivity,
    notice: noticeDocument,
    createNotice: createNoticeActivity,
    delete: deleteActivity,
    relay: relayActivity,
    endRelay: endRelayActivity,
    like: likeActivity,
    undoLike: undoLikeActivity,
    announce: announceActivity,
    undoAnnounce: undoAnnounceActivity,
    vote: voteActivity,
    quoteRequest: quoteRequestActivity,
    answerQuote: answerQuoteActivity,
    stamp: stampDocument,
    deleteStamp: deleteStampActivity,
    pin: pinActivity,
    unpin: unpinActivity,
    updateActor: updateActorActivity,
    follow: followActivity,
    undoFollow: undoFollowActivity,
    accept: acceptActivity,
    reject: rejectActivity,
    acknowledge: acknowledgeActivity,
    roster: rosterActivity,
    partnership: partnershipWire,
    moderation: moderationWire,
    serialize: serializeActivity,
  };
}
