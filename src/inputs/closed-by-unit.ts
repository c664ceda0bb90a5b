/** What helps where the service's unit, and not the rights of a file, keeps the daemon from a device. */

/** Files that are merely another's are refused otherwise (EACCES): this (EPERM) is the unit's doing, which a reload does not change. */
export function closedByUnit(devices: string): string {
  return `Restart the service: "sudo systemctl restart diuna". It opens the kinds of devices that were there when it started, of those that its unit names; one of your own needs "DeviceAllow=${devices}".`;
}
