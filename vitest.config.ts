import { defineConfig } from "vitest/config";
import { requireNode } from "./src/platform/node-version.ts";

requireNode();

export default defineConfig({
  test: {
    include: ["test/{unit,integration,federation,leak,clients,browser}/**/*.test.{ts,tsx}"],
    globalSetup: ["test/support/database-server.ts"],
    pool: "forks",
    // Tests wait for each other's answers more than they compute: two at once also on two cores.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
