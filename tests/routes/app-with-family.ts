import { afterAll, beforeAll } from "vitest";
import { startApp, type TestApp } from "#tests/support/http.ts";
import { newFamily, type NewFamily } from "./new-family.ts";

/** The app with a family that is new in it, for all tests of a file. @param onStarted told of both before the first */
export function appWithFamily(onStarted: (app: TestApp, family: NewFamily) => void): void {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
    onStarted(app, await newFamily(app));
  });
  afterAll(() => app.stop());
}
