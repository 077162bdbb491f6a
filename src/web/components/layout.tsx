import type { Child } from "hono/jsx";
import { isEditor } from "../../domain/audience/policy.ts";
import type { ActorRecord } from "../../services/records.ts";
import { assetPath } from "../assets.ts";
import type { Frame } from "../frame.ts";
import { text } from "../text.ts";
import { displayName, fullHandle } from "./actor-card.tsx";
import { FormToken } from "./form-fields.tsx";

/** What stands in the head of a page. */
export interface PageHead {
  readonly title: string;
  readonly description?: string | undefined;
  /** absolute; only of pages that anybody may see */
  readonly canonical?: string | undefined;
  /** what crawlers are told about a page that has no canonical address; default `noindex` */
  readonly robots?: string | undefined;
  /** absolute address of the Atom feed that belongs to the page */
  readonly feed?: { readonly href: string; readonly title: string } | undefined;
  /** machine-readable elements of a public practice */
  readonly extra?: Child;
}

interface LayoutProps {
  readonly frame: Frame;
  readonly head: PageHead;
  readonly children?: Child;
}

/** The frame of every page: skip link, header with navigation, main, footer. */
export function Layout({ frame, head, children }: LayoutProps) {
  const site = frame.organization === null ? text.software : displayName(frame.organization.actor);
  return (
    <html lang={text.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{head.title === site ? site : `${head.title} – ${site}`}</title>
        {head.description ? <meta name="description" content={head.description} /> : null}
        {head.canonical ? (
          <link rel="canonical" href={head.canonical} />
        ) : (
          <meta name="robots" content={head.robots ?? "noindex"} />
        )}
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={assetPath("praxis.css")} />
        <link rel="icon" type="image/svg+xml" href={assetPath("favicon.svg")} />
        {head.feed ? (
          <link
            rel="alternate"
            type="application/atom+xml"
            title={head.feed.title}
            href={head.feed.href}
          />
        ) : null}
        {head.extra}
      </head>
      <body>
        <a class="skip" href="#content">
          {text.layout.skip}
        </a>
        <header class="site-header">
          <div class="page">
            <a class="brand" href="/">
              <img src={assetPath("favicon.svg")} alt="" width="28" height="28" />
              {site}
            </a>
            {frame.organization === null ? null : <Navigation frame={frame} />}
          </div>
        </header>
        <main id="content" tabindex={-1}>
          <div class="page">{children}</div>
        </main>
        <footer class="site-footer">
          <div class="page">
            <span>{text.layout.footer(text.software)}</span>
            {frame.organization === null ? null : <a href="/feed.atom">{text.layout.feed}</a>}
          </div>
        </footer>
      </body>
    </html>
  );
}

function Navigation({ frame }: { readonly frame: Frame }) {
  const { member, guest } = frame;
  if (member === null && guest !== null) return <GuestNavigation frame={frame} guest={guest} />;
  return (
    <nav class="site-nav" aria-label={text.layout.mainNavigation}>
      <ul>
        {member === null ? null : <Item frame={frame} href="/home" label={text.layout.home} />}
        <Item frame={frame} href="/" label={text.layout.practices} />
        {member === null ? (
          <Item frame={frame} href="/sign-in" label={text.layout.signIn} />
        ) : (
          <>
            <Item frame={frame} href="/follow" label={text.layout.follow} />
            {member.role === "reader" ? null : (
              <Item frame={frame} href="/write" label={text.layout.write} />
            )}
            {isEditor(member.role) ? (
              <>
                <Item frame={frame} href="/followers" label={text.layout.followers} />
                <Item frame={frame} href="/partners" label={text.layout.partners} />
                <Item frame={frame} href="/disclosures" label={text.layout.disclosures} />
              </>
            ) : null}
            {member.role === "admin" ? (
              <Item frame={frame} href="/admin/origins" label={text.layout.origins} />
            ) : null}
            <Item frame={frame} href="/settings/applications" label={text.layout.applications} />
            <li>
              <form method="post" action="/sign-out">
                <FormToken frame={frame} />
                <button
                  type="submit"
                  aria-label={`${text.layout.signOut} (${displayName(member.actor)})`}
                >
                  {text.layout.signOut}
                </button>
              </form>
            </li>
          </>
        )}
      </ul>
    </nav>
  );
}

function GuestNavigation({ frame, guest }: { readonly frame: Frame; readonly guest: ActorRecord }) {
  return (
    <nav class="site-nav" aria-label={text.layout.mainNavigation}>
      <ul>
        <Item frame={frame} href="/n" label={text.guest.sharedTitle} />
        <li>
          <form method="post" action="/n/sign-out">
            <FormToken frame={frame} />
            <button type="submit" aria-label={`${text.layout.signOut} (${fullHandle(guest)})`}>
              {text.layout.signOut}
            </button>
          </form>
        </li>
      </ul>
    </nav>
  );
}

function Item({
  frame,
  href,
  label,
}: {
  readonly frame: Frame;
  readonly href: string;
  readonly label: string;
}) {
  return (
    <li>
      <a href={href} aria-current={frame.path === href ? "page" : undefined}>
        {label}
      </a>
    </li>
  );
}
