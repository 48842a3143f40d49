/**
 * Names a person in requests and answers. In a request: whose queue it comes from. In a page's answer: whose page it
 * is, so that the service worker keeps nobody's copy for somebody else (docs/offline.md).
 */
export const USER_HEADER = "Roost-User";
/** In an answer: nobody is signed in. */
export const NOBODY = "none";
