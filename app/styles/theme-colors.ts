/** The paper of both themes for the browser's own bars, which understand no oklch(). Checked against tokens.css by a test. */
export const THEME_COLORS = { light: "#f9f5ee", dark: "#1d1814" } as const;
