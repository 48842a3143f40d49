/** The start cannot go on for a reason that whoever started it can mend. The message is one line and says all. */
export class StartError extends Error {
  override name = "StartError";
}
