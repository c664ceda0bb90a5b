import { describe, expect, it } from 'vitest';
import { PendingReports } from '../../src/renderer/pending-reports.ts';

function setUp() {
  const told: [number, readonly number[]][] = [];
  const reports = new PendingReports((token, failed) => told.push([token, failed]));
  const taker = () => ({ failing: false, takenFrame: 0 });
  return { told, reports, taker };
}

describe('reports of what is shown', () => {
  it('come once every output concerned has taken the frame', () => {
    const { told, reports, taker } = setUp();
    const [a, b] = [taker(), taker()];
    reports.add(1, [a, b]);
    reports.framed(5);
    a.takenFrame = 5;
    reports.check();
    expect(told).toEqual([]);
    b.takenFrame = 5;
    reports.check();
    expect(told).toEqual([[1, []]]);
  });

  it('do not take a frame for theirs that was drawn before the change', () => {
    const { told, reports, taker } = setUp();
    const a = taker();
    a.takenFrame = 4;
    reports.add(1, [a]);
    reports.check();
    reports.framed(5);
    expect(told).toEqual([]);
  });

  it('melt into the newest token', () => {
    const { told, reports, taker } = setUp();
    const a = taker();
    for (const token of [1, 2, 3]) reports.add(token, [a]);
    a.takenFrame = 1;
    reports.framed(1);
    expect(told).toEqual([[3, []]]);
  });

  it('name the tokens whose output is failing, and only those', () => {
    const { told, reports, taker } = setUp();
    const [well, ill] = [
      { failing: false, takenFrame: 1 },
      { ...taker(), failing: true },
    ];
    reports.add(1, [well]);
    reports.add(2, [ill]);
    reports.add(3, [well, ill]);
    reports.framed(1);
    expect(told).toEqual([[3, [2, 3]]]);
  });

  it('are not held up by changes that keep coming while an output is slow', () => {
    const { told, reports, taker } = setUp();
    const slow = taker();
    for (let frame = 1; frame <= 10; frame += 1) {
      reports.add(frame, [slow]);
      reports.framed(frame);
    }
    slow.takenFrame = 1;
    reports.check();
    expect(told).toEqual([[1, []]]);
    slow.takenFrame = 10;
    reports.check();
    expect(told.at(-1)).toEqual([10, []]);
  });

  it('come at once for a change that no output shows', () => {
    const { told, reports } = setUp();
    reports.add(1, []);
    reports.framed(1);
    expect(told).toEqual([[1, []]]);
  });
});
