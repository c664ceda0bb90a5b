/** What the rooms see of the log. A message is a fixed sentence; what varies stands in the facts; an error in `err`. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(facts: Facts, message: string): void;
  info(facts: Facts, message: string): void;
  warn(facts: Facts, message: string): void;
  error(facts: Facts, message: string): void;
}
