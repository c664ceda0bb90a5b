/** Counts the MQTT packets in a stream of bytes without looking into them: fixed header, remaining length, skip. */
export class PacketCounter {
  #inLength = false;
  #length = 0;
  #shift = 0;
  #left = 0;

  /** @returns how many packets ended within these bytes. */
  feed(bytes: Buffer, size: number): number {
    let ended = 0;
    let at = 0;
    while (at < size) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, size - at);
        this.#left -= skipped;
        at += skipped;
        if (this.#left === 0) ended += 1;
      } else if (this.#inLength) {
        const byte = bytes[at] ?? 0;
        at += 1;
        this.#length += (byte & 0x7f) << this.#shift;
        this.#shift += 7;
        if (byte >= 0x80) continue;
        this.#inLength = false;
        this.#left = this.#length;
        if (this.#left === 0) ended += 1;
      } else {
        at += 1;
        this.#inLength = true;
        this.#length = 0;
        this.#shift = 0;
      }
    }
    return ended;
  }
}
