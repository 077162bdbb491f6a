import type { Child } from "hono/jsx";
import { formatAtom, type Atom } from "../../domain/audience/audience.ts";
import { licenseName, licenseUrl } from "../../domain/practice.ts";
import { safeHref } from "../../platform/html/link.ts";
import { shownAttachments } from "../../services/attachment-links.ts";
import type { PostView } from "../post-view.ts";
import { formatDay, languageName, languageTag, text } from "../text.ts";
import { actorPage, displayName } from "./actor-card.tsx";
import { Attachments } from "./attachments.tsx";

interface PracticeFactsProps {
  readonly view: PostView;
  readonly showAudience: boolean;
  /** whether topics and people lead to their pages here */
  readonly links?: boolean;
}

/** What there is to know about a practice beside its text. Says nothing about a bare note. */
export function PracticeFacts({ view, showAudience, links = true }: PracticeFactsProps) {
  const { post, credits } = view;
  const { practice, label } = post;
  const facts: Child[] = [
    practice === null || practice.topics.length === 0 ? null : (
      <Fact name={text.practice.topics}>
        <ul class="tags">
          {practice.topics.map((topic) => (
            <li>
              <TopicTag topic={topic} link={post.local && links} />
            </li>
          ))}
        </ul>
      </Fact>
    ),
    practice === null || practice.benefits.length === 0 ? null : (
      <Fact name={text.practice.benefits}>
        {practice.benefits.map((benefit) => text.benefits[benefit]).join(", ")}
      </Fact>
    ),
    credits.length === 0 ? null : (
      <Fact name={text.practice.credits}>
        <ul>
          {credits.map((actor) => (
            <li>
              {links ? (
                <a href={actorPage(actor)} dir="auto">
                  {displayName(actor)}
                </a>
              ) : (
                <span dir="auto">{displayName(actor)}</span>
              )}
            </li>
          ))}
        </ul>
      </Fact>
    ),
    label === null ? null : (
      <Fact name={text.practice.label}>
        <strong>{label}</strong>
        <br />
        <span class="quiet small">{text.labels[label]}</span>
      </Fact>
    ),
    practice === null || practice.license === null ? null : (
      <Fact name={text.practice.licence}>
        <a href={safeHref(licenseUrl(practice.license))} rel="license noopener noreferrer">
          {licenseName(practice.license)}
        </a>
      </Fact>
    ),
    languageTag(post.language) === undefined || post.language === null ? null : (
      <Fact name={text.practice.language}>{languageName(post.language)}</Fact>
    ),
    practice === null || practice.reviewBy === null ? null : (
      <Fact name={text.practice.reviewBy}>
        <time datetime={practice.reviewBy}>
          {formatDay(new Date(`${practice.reviewBy}T00:00:00Z`))}
        </time>
      </Fact>
    ),
    showAudience ? <AudienceFact view={view} /> : null,
    post.attachments.length === 0 ? null : (
      <Fact name={text.practice.attachments}>
        <Attachments files={shownAttachments(post)} />
      </Fact>
    ),
  ].filter((fact) => fact !== null);
  if (facts.length === 0) return null;
  return (
    <section class="about" aria-labelledby="about-title">
      <h2 id="about-title">{practice === null ? text.practice.aboutPost : text.practice.about}</h2>
      <dl class="facts">{facts}</dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function TopicTag({ topic, link }: { readonly topic: string; readonly link: boolean }) {
  return link ? (
    <a class="tag" href={`/topics/${encodeURIComponent(topic)}`}>
      #{topic}
    </a>
  ) : (
    <span class="tag">#{topic}</span>
  );
}

/** The audience in plain words, for members. */
function AudienceFact({ view }: { readonly view: PostView }) {
  const { audience } = view.post;
  const sentences = audience.map((atom) => inWords(atom, view));
  if (audience.length === 0) sentences.push(text.audience.authorOnly);
  if (isOpenToOwnMembers(view)) {
    sentences.push(text.audience.members(displayName(view.post.authorActor)));
  }
  return (
    <Fact name={text.practice.audience}>
      <ul>
        {sentences.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
    </Fact>
  );
}

/** What the organization publishes to others is open to its own members as well. */
function isOpenToOwnMembers({ post }: PostView): boolean {
  const kinds = new Set(post.audience.map((atom) => atom.kind));
  if (post.publishedBy !== "organization" || kinds.has("public") || kinds.has("members")) {
    return false;
  }
  return kinds.has("followers") || kinds.has("partner") || kinds.has("circle");
}

function inWords(atom: Atom, { post, audience, names }: PostView): string {
  const author = displayName(post.authorActor);
  const nameOf = (iri: string): string => {
    const actor = audience.get(iri);
    return actor === undefined ? iri : displayName(actor);
  };
  switch (atom.kind) {
    case "public":
      return text.audience.public;
    case "followers":
      return text.audience.followers(author);
    case "members":
      return text.audience.members(author);
    case "partner":
      return text.audience.partner(nameOf(atom.organization));
    case "circle":
      return text.audience.circle(names.get(formatAtom(atom))?.slice("circle:".length) ?? "?");
    case "person":
      return text.audience.person(nameOf(atom.actor));
  }
}
