import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { serviceWorkerPlugin } from "./worker/service-worker-plugin.ts";
import remixOptions from "./remix.config.js";

/** Loader and action types follow single fetch. */
declare module "@remix-run/server-runtime" {
  interface Future {
    v3_singleFetch: true;
  }
}

export default defineConfig({
  plugins: [tailwindcss(), serviceWorkerPlugin(), remix(remixOptions)],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0 },
  server: { strictPort: true },
  // Known before the first page asks: found late, they make the development server reload in the middle of it.
  optimizeDeps: { include: ["i18next", "idb", "linkify-it", "lucide-react", "pusher-js", "react-i18next", "uuid", "zod"], exclude: ["@remix-run/node", "pino", "pusher", "rate-limiter-flexible"] },
});
