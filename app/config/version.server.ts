import packageJson from "#package.json" with { type: "json" };

/** Of Roost, as package.json says. */
export const APP_VERSION: string = packageJson.version;
/** Of Remix: pinned, so the one that runs. */
export const REMIX_VERSION: string = packageJson.dependencies["@remix-run/node"];
