import { isPublic } from "../domain/audience/audience.ts";
import { htmlToText } from "../platform/html/text.ts";
import { shorten } from "../platform/text/shorten.ts";
import type { NotificationType, RevealedNotification } from "./notification-list.ts";

/**
 * What clients make a notification of before they have asked for anything. They refuse a message
 * without one of these; `access_token` only tells them which badge to count up, and we do not have it.
 */
export interface PushMessage {
  readonly access_token: "";
  readonly preferred_locale: "en";
  readonly notification_id: number;
  readonly notification_type: NotificationType;
  readonly icon: string;
  readonly title: string;
  readonly body: string;
}

const LONGEST_NAME = 60;
const LONGEST_BODY = 140;
const LONGEST_ICON = 500;

/** Who did what: only where everybody may know. */
const OPEN_TITLES: Readonly<Record<NotificationType, (name: string) => string>> = {
  mention: (name) => `${name} mentioned you`,
  status: (name) => `${name} posted`,
  reblog: (name) => `${name} boosted your post`,
  follow: (name) => `${name} follows you now`,
  follow_request: (name) => `${name} asks to follow you`,
  favourite: (name) => `${name} favourited your post`,
  poll: (name) => `A poll by ${name} has ended`,
  update: (name) => `${name} edited a post`,
  quote: (name) => `${name} quoted your post`,
  quoted_update: (name) => `${name} edited a post that you quoted`,
  "admin.sign_up": (name) => `${name} has joined`,
  "admin.report": () => "There is a new report",
};

/** For everything else: that something happened, not who or what. */
const CLOSED_TITLES: Readonly<Record<NotificationType, string>> = {
  mention: "New mention",
  status: "New post",
  reblog: "New boost",
  follow: "New follower",
  follow_request: "New follow request",
  favourite: "New favourite",
  poll: "A poll has ended",
  update: "A post was edited",
  quote: "New quote",
  quoted_update: "A post that you quoted was edited",
  "admin.sign_up": "New member",
  "admin.report": "There is a new report",
};

/**
 * The message for a notification. Of what is not for everybody it says nothing but that it is there: it
 * passes through the push service of others and stays on screens that anybody may see.
 */
export function pushMessage(notification: RevealedNotification, defaultIcon: string): PushMessage {
  const { id, type, from, post } = notification;
  const isOpen = post === null || isPublic(post.audience);
  const name = shorten(from.name === "" ? from.handle : from.name, LONGEST_NAME);
  const iconUrl = isOpen ? from.iconUrl : null;
  return {
    access_token: "",
    preferred_locale: "en",
    notification_id: Number(id),
    notification_type: type,
    icon: iconUrl === null || iconUrl.length > LONGEST_ICON ? defaultIcon : iconUrl,
    title: isOpen ? OPEN_TITLES[type](name) : CLOSED_TITLES[type],
    body: isOpen && post !== null ? bodyOf(post) : "",
  };
}

/** A content warning stands for what it warns of. */
function bodyOf(post: NonNullable<RevealedNotification["post"]>): string {
  if (post.practice !== null) return shorten(post.title, LONGEST_BODY);
  if (post.summary !== "") return shorten(post.summary, LONGEST_BODY);
  return htmlToText(post.contentHtml, LONGEST_BODY);
}
