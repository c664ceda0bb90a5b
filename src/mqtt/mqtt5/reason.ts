/** Reason codes of MQTT 5 (§2.4) that this broker says, by their names there. */
export const reason = {
  success: 0x00,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationError: 0x83,
  unsupportedProtocolVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  sharedSubscriptionsNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
} as const;

export type Reason = (typeof reason)[keyof typeof reason];

/** Return codes of a 3.1.1 CONNACK, which is what aedes thinks in, as reason codes (§3.2.2.2). */
const CONNACK: readonly Reason[] = [
  reason.success,
  reason.unsupportedProtocolVersion,
  reason.clientIdNotValid,
  reason.serverUnavailable,
  reason.badUserNameOrPassword,
  reason.notAuthorized,
];

export function connackReason(returnCode: number): Reason {
  return CONNACK[returnCode] ?? reason.unspecified;
}

/** From here on a code means failure. */
export function isFailure(code: number | undefined): boolean {
  return code !== undefined && code >= 0x80;
}
