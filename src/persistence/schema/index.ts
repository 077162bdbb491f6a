export * from "./actors.ts";
export * from "./delivery.ts";
export * from "./follows.ts";
export * from "./members.ts";
export * from "./organization.ts";
export * from "./posts.ts";
