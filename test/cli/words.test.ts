import { describe, expect, it } from 'vitest';
import { readWords } from '../../src/cli/words.ts';

const command = (...words: string[]) => {
  const read = readWords('floor', words);
  return read.ok ? read.value : read.error;
};

describe('the words of set', () => {
  it.each([
    [['on'], { type: 'zone.set', state: 'ON' }],
    [['OFF'], { type: 'zone.set', state: 'OFF' }],
    [['toggle'], { type: 'zone.toggle' }],
    [['128'], { type: 'zone.set', brightness: 128 }],
    [['50%'], { type: 'zone.set', brightness: 128 }],
    [['+10'], { type: 'zone.adjust_brightness', delta: 10 }],
    [['brightness', '-10%'], { type: 'zone.adjust_brightness', delta: -26 }],
    [['#FF8800'], { type: 'zone.set', color: '#FF8800' }],
    [['effect', '2012'], { type: 'zone.set', effect: '2012' }],
    [['color_temp', '2700', 'transition=0.5'], { type: 'zone.set', color_temp: 2700, transition: 0.5 }],
    [['colors=red,#00ff00', 'reverse=true'], { type: 'zone.set', colors: ['red', '#00ff00'], reverse: true }],
    [['white'], { type: 'zone.set', color: 'white' }],
    [['on', 'white', '50%'], { type: 'zone.set', state: 'ON', color: 'white', brightness: 128 }],
    [['white', '200'], { type: 'zone.set', white: 200 }],
    [['999'], { type: 'zone.set', brightness: 999 }],
  ])('%j make one command', (words, fields) => {
    expect(command(...words)).toEqual({ zone: 'floor', ...fields });
  });

  it('make a batch where one command cannot say it, the toggle first and the steps last', () => {
    expect(command('+5', 'red', 'toggle', 'transition=1')).toEqual({
      type: 'batch',
      commands: [
        { type: 'zone.toggle', zone: 'floor', transition: 1 },
        { type: 'zone.set', zone: 'floor', transition: 1, color: 'red' },
        { type: 'zone.adjust_brightness', zone: 'floor', transition: 1, delta: 5 },
      ],
    });
  });

  it.each([
    [['on', 'off'], 'state is given twice'],
    [['effect'], 'effect needs a value after it'],
    [['transition=2'], 'a transition needs something to change'],
    [['tggle'], 'did you mean toggle?'],
    [['redd'], 'did you mean red?'],
    [['lightgoldenrodyelow'], 'did you mean lightgoldenrodyellow?'],
    [['sped', '3'], 'did you mean speed?'],
  ])('%j are refused', (words, why) => {
    expect(command(...words)).toContain(why);
  });
});
