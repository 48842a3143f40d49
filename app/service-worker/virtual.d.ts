/** Made by worker/service-worker-plugin.ts. */
declare module "virtual:roost/service-worker" {
  /** The whole script. */
  export const source: string;
}
