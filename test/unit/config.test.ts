import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import { AppError } from "../../src/domain/errors.ts";

function problemsOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof AppError) return error.safe;
  }
  throw new Error("the configuration was accepted");
}

describe("configuration", () => {
  it("has sensible defaults with nothing set", () => {
    expect(readConfig({})).toMatchObject({
      origin: "http://localhost:3000",
      host: "localhost:3000",
      listen: { host: "127.0.0.1", port: 3000 },
      databaseUrl: null,
      dataDir: "./data",
      role: "all",
      trustProxy: false,
      allowPrivateNetwork: false,
    });
  });

  it("takes the port into the default origin", () => {
    expect(readConfig({ PORT: "4100" }).origin).toBe("http://localhost:4100");
  });

  it("counts an empty variable as unset", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "" }).databaseUrl).toBeNull();
  });

  it("lists every problem at once", () => {
    const problems = problemsOf({
      PORT: "eighty",
      PRAXIS_ROLE: "boss",
      PRAXIS_ORIGIN: "alpha.example",
      DATABASE_URL: "mysql://x",
      PRAXIS_SECRET_KEY: "short",
    });
    for (const name of [
      "PORT",
      "PRAXIS_ROLE",
      "PRAXIS_ORIGIN",
      "DATABASE_URL",
      "PRAXIS_SECRET_KEY",
    ]) {
      expect(problems).toContain(`- ${name} `);
    }
    expect(problems).toContain("5 problems");
  });

  it("never repeats a value, which may be a secret", () => {
    const problems = problemsOf({
      DATABASE_URL: "mysql://user:hunter2@host/db",
      PRAXIS_SECRET_KEY: "not-secret-enough",
    });
    expect(problems).not.toContain("hunter2");
    expect(problems).not.toContain("not-secret-enough");
  });

  it.each([
    ["http://alpha.example", "https://"],
    ["https://alpha.example/path", "origin alone"],
    ["https://user@alpha.example", "origin alone"],
    ["ftp://alpha.example", "must be a URL"],
  ])("refuses the origin %s", (origin, why) => {
    expect(problemsOf({ PRAXIS_ORIGIN: origin })).toContain(why);
  });

  it("takes plain http for another host on a closed network only", () => {
    const config = readConfig({
      PRAXIS_ORIGIN: "http://alpha.lan:3000/",
      PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
    });
    expect(config.origin).toBe("http://alpha.lan:3000");
  });

  it("reads a secret key of 32 bytes in base64", () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    expect(readConfig({ PRAXIS_SECRET_KEY: key }).secretKey).toHaveLength(32);
  });

  it("warns of variables that this version does not use", () => {
    const { warnings } = readConfig({ SMTP_URL: "smtp://mail", PRAXIS_OIDC_ISSUER: "https://id" });
    expect(warnings.join(" ")).toContain("SMTP_URL");
    expect(warnings.join(" ")).toContain("PRAXIS_OIDC_ISSUER");
  });
});
