import { expect, it } from 'vitest';
import { KeptRenderer } from '../../src/renderer/kept-renderer.ts';

function keeping(): KeptRenderer {
  return new KeptRenderer({ entry: new URL('file:///nowhere.js'), allowed: null, tell: () => undefined, ended: () => undefined });
}

it('tells what is wrong with a message in one line that steers no terminal, however it is named', () => {
  for (const message of [{ kind: 'preview', fps: 1, '\u001b[2Jgone': 1 }, { kind: '\u0007' }, null, 'stop\n']) {
    const wrong = keeping().hear(message);
    expect(wrong).not.toBeNull();
    expect(wrong).not.toMatch(/\p{Cc}/u);
    expect(wrong?.length).toBeLessThan(600);
  }
  expect(keeping().hear({ kind: 'preview', fps: 1, '\u001b[2Jgone': 1 })).toContain('\\x1b[2Jgone');
});
