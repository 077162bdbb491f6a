import type { TestBrowser } from "../support/browser.ts";
import type { Authorize } from "./drivers/driver.ts";

/** What a member does in the browser when a client asks to be let in: signs in, allows it, copies the code. */
export function consentOf(
  { context }: TestBrowser,
  { name, password }: { readonly name: string; readonly password: string },
  as: "member" | "organization" = "member",
): Authorize {
  return async (url) => {
    await context.clearCookies();
    const page = await context.newPage();
    try {
      await page.goto(url);
      await page.getByLabel("Handle or e-mail address").fill(name);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      if (as === "organization") await page.locator("input[name=as][value=organization]").check();
      await page.getByRole("button", { name: "Allow" }).click();
      return await page.locator("pre.code code").innerText();
    } finally {
      await page.close();
    }
  };
}
