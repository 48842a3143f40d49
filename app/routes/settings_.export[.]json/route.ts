import { exportOf } from "#app/domain/accounts/export.server.ts";
import { resource } from "#app/http/page.server.ts";

/** One's own data as a download, written as it is read. */
export const loader = resource({ access: "member" }, async ({ ctx, viewer }) => {
  const pieces = exportOf(ctx, viewer);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/json; charset=utf-8", "Content-Disposition": 'attachment; filename="roost-export.json"' } });
});
