import { applicationsText } from "./applications-text.ts";
import { originsText } from "./origins-text.ts";
import { partnersText } from "./partners-text.ts";
import { publishingText } from "./publishing-text.ts";
import type { Benefit, Label, PracticeKind } from "../domain/practice.ts";

/** Every sentence that a page says, in one place, so that it can be translated as a whole. */
export const text = {
  language: "en",
  locale: "en-GB",
  software: "Praxis",

  layout: {
    skip: "Skip to the content",
    mainNavigation: "Main",
    footer: (software: string) => `Published with ${software}`,
    feed: "Atom feed",
    home: "Home",
    practices: "Practices",
    follow: "Follow",
    followers: "Followers",
    partners: "Partners",
    write: "Write",
    disclosures: "Disclosures",
    origins: "Hosts",
    applications: "Apps",
    signIn: "Sign in",
    signOut: "Sign out",
  },

  kinds: { practice: "Practice", lesson: "Lesson", question: "Question" } satisfies Record<
    PracticeKind,
    string
  >,
  kindsInPlural: {
    practice: "Practices",
    lesson: "Lessons",
    question: "Questions",
  } satisfies Record<PracticeKind, string>,
  benefits: {
    support: "Support",
    marketing: "Marketing",
    sales: "Sales",
    research: "Research and development",
    services: "Services",
    hr: "People",
    customers: "Customers",
  } satisfies Record<Benefit, string>,
  labels: {
    "TLP:CLEAR": "May be shared with anyone.",
    "TLP:GREEN": "May be shared within your community, not in public.",
    "TLP:AMBER": "May be shared within your organization and with its clients who need to know.",
    "TLP:AMBER+STRICT": "May be shared within your organization only.",
    "TLP:RED": "For you alone. Do not pass it on.",
  } satisfies Record<Label, string>,

  organization: {
    heading: "Practices",
    filters: "Show",
    all: "All",
    empty: "No practices yet",
    emptyHint: (name: string) =>
      `When ${name} publishes a practice for everyone, it appears here, and in the Atom feed.`,
    emptyFilter: "Nothing matches",
    emptyFilterHint: "There is no practice of this kind here.",
    showAll: "Show all practices",
    followTitle: (name: string) => `Follow ${name}`,
    followFediverse: "In Mastodon or any other fediverse account, search for",
    followReader: "In a feed reader, add the",
    description: (name: string) => `What ${name} does and what it has learned.`,
  },

  topic: {
    title: (topic: string) => `#${topic}`,
    kicker: "Topic",
    description: (topic: string, name: string) => `Practices of ${name} about ${topic}.`,
    feedTitle: (topic: string, name: string) => `${name}: #${topic}`,
  },

  tag: {
    title: (tag: string) => `#${tag}`,
    kicker: "Hashtag",
    empty: "No public posts with this hashtag",
  },

  notSetUp: {
    title: "Not set up yet",
    body: "This Praxis instance is running, but its organization has not been set up.",
    hint: "If you are setting it up, open the one-time link that Praxis printed when it started. Every start prints a new one. On the server you can also run:",
    command: "npm run --silent praxis -- setup --help",
  },

  practice: {
    published: "Published",
    updated: "Updated",
    revision: (number: number) => `Revision ${number}`,
    about: "About this practice",
    aboutPost: "About this post",
    topics: "Topics",
    benefits: "Helps",
    licence: "Licence",
    label: "Sharing",
    language: "Language",
    credits: "Credits",
    reviewBy: "Review by",
    audience: "Who can read it",
    attachments: "Attachments",
    inReplyTo: "A reply to another post",
    contentWarning: "Content warning:",
    original: (host: string) => `Open the original at ${host}`,
    history: "Revision history",
    noChangeNote: "No note",
    firstRevision: "First published",
    notInPublic: "Not public. Only people in the audience can open this page.",
  },

  discussion: {
    title: "Discussion",
    empty: "Nobody has replied yet.",
    more: "Later replies",
    yourReply: "Your reply",
    openHint: "Everyone can read it, also outside. Markdown is possible.",
    closedHint:
      "Only those who can read this can read your reply. Whom you mention changes nothing about that. Markdown is possible.",
    send: "Reply",
    reply: "Reply",
    replyBy: (name: string) => `Reply by ${name}`,
    answers: (name: string) => `In answer to ${name}`,
    favourite: "Favourite",
    unfavourite: "Remove favourite",
    favourites: (count: number) => (count === 1 ? "1 favourite" : `${count} favourites`),
    delete: "Delete",
  },

  audience: {
    public: "Everyone, also outside",
    followers: (name: string) =>
      `People and organizations whose request to follow ${name} was approved`,
    members: (name: string) => `Members of ${name}`,
    partner: (name: string) => `Members of the partner ${name}`,
    circle: (name: string) => `Members of the circle ${name}`,
    person: (name: string) => name,
    authorOnly: "Only its author",
  },

  list: {
    older: "Older",
    newest: "Back to the newest",
    pages: "Pages",
    quoted: (name: string) => `Quotes ${name}`,
    untitled: (name: string) => `Post by ${name}`,
    read: "Read on",
  },

  person: {
    credited: (name: string) => `Practices that ${name} is credited for`,
    noCredits: "No practices yet",
    noCreditsHint: (name: string) => `Public practices that credit ${name} appear here.`,
    memberOf: (name: string) => `Member of ${name}`,
  },

  signIn: {
    title: "Sign in",
    lead: (name: string) => `For members of ${name}.`,
    name: "Handle or e-mail address",
    password: "Password",
    submit: "Sign in",
    wrong: "The name or the password is not right.",
    tooMany: "Too many attempts. Please wait a quarter of an hour and try again.",
    lost: "Lost your password? An administrator can give you a new one.",
  },

  guest: {
    title: "Something was shared with you",
    lead: "Sign in with your fediverse account to open it.",
    account: "Your account",
    accountHint: "For example @bo@mastodon.example",
    submit: "Continue",
    how: "You confirm at your own server that it is you. This website learns the name of your account and nothing else, and never sees your password.",
    leavingTitle: (host: string) => `On to ${host}`,
    leaving: (host: string) =>
      `Your own server, ${host}, now asks you to confirm that it is you. Then you come back here.`,
    leave: (host: string) => `Continue at ${host}`,
    tooMany: "Too many attempts. Please wait a quarter of an hour and try again.",
    sharedTitle: "Shared with you",
    sharedLead: (name: string) => `What ${name} shares with you and not with everyone.`,
    signedInAs: (handle: string) => `You are signed in as ${handle}.`,
    nothing: "Nothing is shared with you",
    nothingHint: (name: string) =>
      `When ${name} shares something with you, you get a message at your own server, and it appears here. It goes away when it is taken back.`,
  },

  home: {
    title: "Home",
    lead: (organization: string) => `The newest from those that you and ${organization} follow.`,
    empty: "Nothing here yet",
    emptyHint:
      "This page fills up with the practices and posts of the organizations and people you follow. To follow one, enter its handle, such as @bravo@bravo.example, or the address of its page.",
    findSomebody: "Find somebody to follow",
  },

  follow: {
    title: "Find and follow",
    label: "Handle or web address",
    hint: "For example @bravo@bravo.example or https://bravo.example",
    find: "Find",
    actAs: "Follow as",
    myself: (name: string) => `yourself (${name})`,
    organization: (name: string) => `${name}, for all members`,
    follow: "Follow",
    cancel: "Cancel request",
    unfollow: "Unfollow",
    itself: "This is you.",
    ours: "This is your own organization.",
    nobody: "Nobody yet.",
    byMember: "You follow",
    byOrganization: (name: string) => `${name} follows`,
    moved: "This account has moved to another address.",
    states: {
      pending: "Waiting for approval",
      accepted: "Following",
      rejected: "Request declined",
      cancelled: "Not following",
    },
    openPage: (host: string) => `Open the page at ${host}`,
    problem: "Nothing was found",
  },

  followers: {
    title: "Followers",
    lead: (name: string) =>
      `Who has asked to follow ${name}, and who follows it. Followers receive what is published for followers.`,
    open: "Requests are approved at once: that is how this organization is set up.",
    pending: "Requests",
    noPending: "No request is waiting.",
    accepted: "Current followers",
    noAccepted: "Nobody follows yet.",
    approve: "Approve",
    decline: "Decline",
    remove: "Remove",
    since: "Since",
    asked: "Asked",
  },

  applications: applicationsText,
  partners: partnersText,
  publishing: publishingText,

  origins: originsText,

  setup: {
    title: "Set up your organization",
    lead: "This takes a minute. It makes your organization's public account and the first administrator.",
    organization: "Organization",
    name: "Name",
    nameHint: "As people know it, for example Alpha Power",
    handle: "Handle",
    handleHint: (host: string) =>
      `Others follow this address: @handle@${host}. Lower-case letters, digits and underscores; it cannot be changed later.`,
    administrator: "Administrator",
    adminName: "Your name",
    adminNameHint: "As others see it, for example Ana Berg. Without it they see your handle.",
    admin: "Your handle",
    adminHint: "For example ana. You can sign in with it.",
    email: "Your e-mail address",
    password: "Password",
    passwordHint: "8 characters or more; a few words in a row are good.",
    passwordAgain: "Password again",
    followers: "When somebody asks to follow",
    approve: "An editor approves each request",
    approveHint: "Choose this if you publish for followers only. It can be changed later.",
    open: "Everybody may follow",
    openHint: "Requests are approved at once.",
    submit: "Set up",
    errors: "Please correct the following",
    invalidTitle: "This link no longer works",
    invalid:
      "A set-up link works once and for one day. Restart Praxis and open the new link that it prints, or set up on the server with:",
    doneTitle: "Already set up",
    done: "This instance has its organization. If you are its administrator, sign in.",
    problems: {
      name: "Enter the name of the organization.",
      handle: "Enter a handle for the organization.",
      admin: "Enter a handle for yourself.",
      adminName: "Enter a name of at most 100 characters, or none.",
      nameTooLong: "Enter a name of at most 100 characters.",
      email: "Enter an e-mail address such as ana@alpha.example.",
      password: "Enter a password of at least 8 characters.",
      passwordTooLong: "Enter a password of at most 1,000 characters.",
      passwordAgain: "Enter the same password twice.",
      followers: "Choose one of the two.",
      sameHandle: "The organization and the administrator need two different handles.",
    },
  },

  errors: {
    notFoundTitle: "There is nothing here",
    notFound: "The page does not exist, or it is not meant for you.",
    notFoundHint: "Go to the start page",
    title: "That did not work",
    formTitle: "This form is out of date",
    form: "Please go back, load the page again and send the form once more.",
    formTooLarge: "This form holds more than can be read.",
    crossSite: (origin: string) =>
      `This form was not sent from ${origin}. Open that address and try again.`,
    internalTitle: "Something went wrong on our side",
    internal: "It has been noted. Please try again in a moment.",
    summary: "There is a problem",
  },

  feed: {
    title: (name: string) => `${name}: practices`,
    subtitle: (name: string) => `Public practices of ${name}`,
  },
} as const;

const dates = new Intl.DateTimeFormat(text.locale, { dateStyle: "long", timeZone: "UTC" });

const moments = new Intl.DateTimeFormat(text.locale, {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/** A moment as people write it, in UTC: `3 March 2027 at 10:02`. */
export function formatMoment(date: Date): string {
  return moments.format(date);
}

/** A day as people write it, in UTC: `3 March 2027`. */
export function formatDay(date: Date): string {
  return dates.format(date);
}

const languageNames = new Intl.DisplayNames([text.locale], { type: "language" });

/** The name of a language: `pt-BR` → `Brazilian Portuguese`; the tag itself when it is unknown. */
export function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A tag that may stand in a `lang` attribute, or undefined: others' instances send what they like. */
export function languageTag(tag: string | null): string | undefined {
  if (tag === null) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
  "application/vnd.oasis.opendocument.text": "OpenDocument text",
  "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
  "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation",
  "text/csv": "CSV",
  "text/markdown": "Markdown",
  "text/plain": "text",
};

/** What people call a kind of file; the media type itself when they have no name for it. */
export function mediaTypeName(mediaType: string): string {
  if (mediaType.startsWith("image/")) return "image";
  return MEDIA_TYPES[mediaType] ?? mediaType;
}

/** A length as people say it, `1.4 MB`. */
export function sizeInWords(bytes: number): string {
  const [unit, size] = bytes < 999_500 ? ["kB", bytes / 1000] : ["MB", bytes / 1_000_000];
  const digits = size < 10 ? 1 : 0;
  return `${Math.max(size, 0.1).toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}
