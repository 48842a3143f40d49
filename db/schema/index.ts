export * from "./accounts.ts";
export * from "./conversations.ts";
export * from "./family.ts";
export * from "./health.ts";
export * from "./images.ts";
export * from "./operations.ts";
export * from "./outbox.ts";
export * from "./rewards.ts";
