import type { Context } from "#app/domain/context.ts";

/** A database whose every read lets others commit first. */
export function raced(ctx: Context, between: () => Promise<void>): Context {
  let turn = Promise.resolve();
  const before = () => (turn = turn.then(between));
  const db = new Proxy(ctx.db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "all") return async (...args: Parameters<typeof target.all>) => (await before(), target.all(...args));
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { ...ctx, db };
}
