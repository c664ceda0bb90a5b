/** The topics that a client of the command line uses (protocol §2). */

export interface ClientTopics {
  readonly command: string;
  readonly response: string;
  readonly replay: string;
}

export function clientTopics(baseTopic: string, clientId: string): ClientTopics {
  const own = `${baseTopic}/client/${encodeClientId(clientId)}`;
  return { command: `${own}/command`, response: `${own}/response`, replay: `${own}/replay` };
}

/** Percent-encodes the UTF-8 bytes of what is not `[A-Za-z0-9._:-]`. */
function encodeClientId(clientId: string): string {
  return clientId.replaceAll(/[^A-Za-z0-9._:-]/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
