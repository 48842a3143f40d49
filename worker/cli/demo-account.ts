/** What the demo household's child types to sign in. Public, like the parents' password. */
export const DEMO_CHILD = { familyCode: "demo", userName: "child", pin: "2468" };
