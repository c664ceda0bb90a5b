import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientId, encodeClientId, Topics } from '../../../src/model/topics.ts';
import { mayRespondTo, senderOf } from '../../../src/mqtt/external/senders.ts';

const topics = new Topics('diuna');

describe('a client id', () => {
  it('comes back from its spelling in a topic, whatever it is', () => {
    const id = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }));
    fc.assert(fc.property(id, (text) => decodeClientId(encodeClientId(text)) === text));
  });

  it('has one spelling: what is decoded is spelled so again', () => {
    const level = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('%', '2', '5', 'F', 'f', 'a', '/', '%41', '%2F', '%2f', '%C3', '%A4')).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(level, (text) => {
        const id = decodeClientId(text);
        if (id !== null) expect(encodeClientId(id)).toBe(text);
      }),
    );
  });

  it.each(['', '%', '%4', '%zz', '%41', '%2f', '%C3', '%C3%28', 'a b', 'a/b', 'ä', '%ED%A0%80', '%00%'])(
    '%j is the spelling of none',
    (text) => {
      expect(decodeClientId(text)).toBeNull();
    },
  );
});

describe('the sender', () => {
  it('of a command is the owner of the topic, of all else nobody', () => {
    expect(senderOf(topics, 'diuna/client/living%20room/command')).toMatchObject({ id: 'living room' });
    for (const topic of [
      'diuna/client/a%2fb/command',
      'diuna/client/phone/response',
      'diuna/zone/floor/set',
      'diuna/zone/floor/set/color',
      'other',
    ])
      expect(senderOf(topics, topic)).toMatchObject({ id: null });
  });

  it('may have its replies on its own topic and on those that are not ours', () => {
    const phone = senderOf(topics, 'diuna/client/phone/command');
    const nobody = senderOf(topics, 'diuna/zone/floor/set');
    for (const sender of [phone, nobody]) {
      expect(mayRespondTo(topics, sender, 'reply/to/me')).toBe(true);
      for (const topic of [
        '',
        '$SYS/a',
        'a/+',
        '#',
        'diuna/status',
        'diuna/client/tablet/response',
        'diuna/zone/floor/set',
        `a${'/a'.repeat(300)}`,
      ])
        expect([topic, mayRespondTo(topics, sender, topic)]).toEqual([topic, false]);
    }
    expect(mayRespondTo(topics, phone, 'diuna/client/phone/response')).toBe(true);
    expect(mayRespondTo(topics, nobody, 'diuna/client/phone/response')).toBe(false);
  });
});
