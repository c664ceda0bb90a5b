import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withoutUser, withUser } from '../../../src/system/access/users-text.ts';

const hash = '$scrypt$ln=15,r=8,p=1$J/S5aT6oHNooTYks5BYNLw$gK7GB+IAtojAiVC4UJZbMS9ZtgWopX22eTgdw88eYkQ';
const anna = { password: hash, role: 'admin', zones: ['floor', 'true'] };
const block = `  anna:\n    password: ${hash}\n    role: admin\n    zones: [floor, "true"]\n`;

/** What was added to the text, line by line, and what was taken out. */
function changes(before: string, after: string | null) {
  const [old, now] = [before.split('\n'), (after ?? '').split('\n')];
  return { added: now.filter((line) => !old.includes(line)), gone: old.filter((line) => !now.includes(line)) };
}

describe('adding a user', () => {
  it.each([
    ['where there are none, at the end', 'a: 1 # one\n', `a: 1 # one\n\nusers:\n${block}`],
    ['where the last line has no end', 'a: 1', `a: 1\n\nusers:\n${block}`],
    ['to an empty map', 'users: {}\na: 1\n', `users:\n${block}a: 1\n`],
    ['to an empty map with a comment', 'users: {} # nobody\n\na: 1\n', `users: # nobody\n${block}\na: 1\n`],
    ['to nothing', 'users:\na: 1\n', `users:\n${block}a: 1\n`],
    ['to nothing with a comment', 'users: # nobody yet\n# about a\na: 1\n', `users: # nobody yet\n${block}# about a\na: 1\n`],
    ['to null', 'users: ~\n', `users:\n${block}`],
    ['behind others', 'users:\n  bob: {password: x} # b\n\n# a\na: 1\n', `users:\n  bob: {password: x} # b\n${block}\n# a\na: 1\n`],
    ['behind others at the end', 'users:\n  bob: {password: x}', `users:\n  bob: {password: x}\n${block}`],
  ])('%s', (_, before, after) => {
    expect(withUser(before, 'anna', anna)).toBe(after);
  });

  it('in the indent of the others', () => {
    const before = 'users:\n    bob:\n        password: x\nz: 1\n';
    expect(withUser(before, 'anna', { password: hash })).toBe(
      `users:\n    bob:\n        password: x\n    anna:\n      password: ${hash}\nz: 1\n`,
    );
  });

  it('between brackets', () => {
    const before = 'users: {bob: {password: x}  } # few\n';
    expect(withUser(before, 'anna', { password: hash, role: 'viewer' })).toBe(
      `users: {bob: {password: x}, anna: { password: "${hash}", role: viewer }  } # few\n`,
    );
  });

  it('with the ends of lines that the file has', () => {
    const after = withUser('a: 1\r\nusers:\r\n  bob:\r\n    password: x\r\n', 'anna', { password: hash });
    expect(after).toBe(`a: 1\r\nusers:\r\n  bob:\r\n    password: x\r\n  anna:\r\n    password: ${hash}\r\n`);
  });

  it.each(['null', '12', '-', '@home', 'a.b', 'yes', '1e3', '~x'.slice(1)])('by the name %s', (name) => {
    for (const before of ['a: 1\n', 'users: {bob: {password: x}}\n'])
      expect(parse(withUser(before, name, anna) ?? '', { stringKeys: true }).users[name]).toEqual(anna);
  });

  it('to the shipped config, without touching a line of it', () => {
    const before = readFileSync(new URL('../../../config.yaml', import.meta.url), 'utf8');
    const { added, gone } = changes(before, withUser(before, 'anna', anna));
    expect(gone).toEqual([]);
    expect(added.slice(-4)).toEqual(block.trimEnd().split('\n'));
  });
});

describe('changing a user', () => {
  const before = `users:\n  anna: # the boss\n    role: viewer # for now\n    password: "old" # long ago\n\n  bob: { password: 'x', role: admin }\nz: 1\n`;

  it('changes nothing but what is given', () => {
    expect(withUser(before, 'anna', { password: hash })).toBe(before.replace('"old"', hash));
    expect(withUser(before, 'bob', { password: hash, role: 'viewer' })).toBe(before.replace("'x'", `"${hash}"`).replace('admin', 'viewer'));
  });

  it('adds what was not said before', () => {
    expect(withUser(before, 'anna', anna)).toBe(
      before.replace('"old" # long ago\n', `${hash} # long ago\n    zones: [floor, "true"]\n`).replace('viewer', 'admin'),
    );
    expect(withUser(before, 'bob', { password: 'y', zones: ['a'] })).toBe(before.replace("'x', role: admin", 'y, role: admin, zones: [a]'));
  });
});

describe('removing a user', () => {
  it.each([
    ['the only one', `users: # few\n  # anna\n${block}z: 1\n`, 'users: {} # few\n  # anna\nz: 1\n'],
    ['the first', `users:\n${block}  bob: {password: x}\n`, 'users:\n  bob: {password: x}\n'],
    ['the last', `users:\n  bob: {password: x}\n\n${block}# z\nz: 1\n`, 'users:\n  bob: {password: x}\n\n# z\nz: 1\n'],
    ['the first between brackets', 'users: {anna: {a: 1}, bob: {b: 2}} # x\n', 'users: {bob: {b: 2}} # x\n'],
    ['the last between brackets', 'users: {bob: {b: 2}, anna: {a: 1}} # x\n', 'users: {bob: {b: 2}} # x\n'],
    ['the only one between brackets', 'users: { anna: {a: 1} } # x\n', 'users: {  } # x\n'],
  ])('%s', (_, before, after) => {
    expect(withoutUser(before, 'anna')).toBe(after);
  });
});

describe('what is written otherwise', () => {
  it('is written anew by the library, with its comments', () => {
    const after = withUser('{ a: 1, # one\n}\n', 'anna', { password: 'x' });
    expect(parse(after ?? '')).toEqual({ a: 1, users: { anna: { password: 'x' } } });
    expect(after).toContain('# one');
    expect(parse(withUser('users: {bob: {password: x}, # b\n}\n', 'anna', anna) ?? '').users).toEqual({ bob: { password: 'x' }, anna });
  });

  it('is left alone where nothing does', () => {
    expect(withUser('all: &u { bob: {password: x} }\nusers: *u\n', 'anna', anna)).toBeNull();
    expect(withUser('users: 7\n', 'anna', anna)).toBeNull();
    expect(withUser('- 1\n', 'anna', anna)).toBeNull();
  });
});
