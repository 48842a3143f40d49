/** All forms of the family's pages. Each page posts to itself and comes back to itself. */
import { archiveChore, changeChore, createChore } from "#app/domain/chores/commands.server.ts";
import { choreChangeSchema, choreCreateSchema, choreIdSchema } from "#app/domain/chores/schema.ts";
import { changeFamily, createChild, createFamily, invite, removeMember, resetPin, revokeInvitation } from "#app/domain/families/commands.server.ts";
import { childCreateSchema, childPinSchema, familyCreateSchema, familySettingsSchema, invitationIdSchema, inviteSchema, memberRemoveSchema } from "#app/domain/families/schema.ts";
import { removeImage } from "#app/domain/images/commands.server.ts";
import { pictureRemoveSchema } from "#app/domain/images/schema.ts";
import { archiveTemplate, changeTemplate, createTemplate } from "#app/domain/timers/commands.server.ts";
import { timerTemplateArchiveSchema, timerTemplateChangeSchema, timerTemplateSchema } from "#app/domain/timers/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Args } from "./args.server.ts";
import { dashboardIntents, verbsFor } from "./family-verbs.server.ts";
import { SECRETS_LIMIT } from "./limits.server.ts";
import { form, intent } from "./mutation.server.ts";
import { shownInvitation } from "./shown-token.server.ts";

/** Whoever is signed in acts. */
const self = ({ viewer }: Args): Promise<Viewer> => Promise.resolve(viewer);
const verb = verbsFor(self);

export const familyAction = form({
  access: "member",
  intents: {
    ...dashboardIntents(self),
    "template-create": verb(timerTemplateSchema, createTemplate),
    "template-change": verb(timerTemplateChangeSchema, changeTemplate),
    "template-archive": verb(timerTemplateArchiveSchema, archiveTemplate),
    "chore-create": verb(choreCreateSchema, createChore),
    "chore-change": verb(choreChangeSchema, changeChore),
    "chore-archive": verb(choreIdSchema, archiveChore),
    "family-create": verb(familyCreateSchema, createFamily),
    "family-change": verb(familySettingsSchema, changeFamily),
    invite: intent({
      schema: inviteSchema,
      limit: SECRETS_LIMIT,
      run: async ({ ctx, viewer, input, state }) => {
        const { token } = await invite(ctx, viewer, input);
        return { redirect: "/family/people", headers: { "X-Remix-Replace": "true", "Set-Cookie": await shownInvitation.give(state.secure, token) } };
      },
    }),
    "invitation-revoke": verb(invitationIdSchema, revokeInvitation),
    "child-create": verb(childCreateSchema, createChild, SECRETS_LIMIT),
    "child-reset-pin": verb(childPinSchema, resetPin, SECRETS_LIMIT),
    "picture-remove": verb(pictureRemoveSchema, (ctx, viewer, { memberId }) => removeImage(ctx, viewer, { table: "avatars", id: memberId })),
    "member-remove": verb(memberRemoveSchema, removeMember),
  },
});
