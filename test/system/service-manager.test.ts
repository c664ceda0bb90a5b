import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceManager } from '../../src/system/service-manager.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const environment = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '10000000' };

function build(overrides: Record<string, string | undefined> = {}) {
  const sent: string[][] = [];
  const errors: string[] = [];
  const answers: (() => void)[] = [];
  const state = { slow: false, alive: () => Promise.resolve(true) };
  const notify = (assignments: readonly string[]) => {
    sent.push([...assignments]);
    return state.slow ? new Promise<void>((resolve) => void answers.push(resolve)) : Promise.resolve();
  };
  const note = (_facts: object, message: string) => void errors.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  const manager = new ServiceManager({ environment: { ...environment, ...overrides }, logger, alive: () => state.alive(), notify });
  return { manager, sent, errors, answers, state };
}

describe('the service manager', () => {
  it('is told nothing where none asked', async () => {
    const { manager, sent } = build({ NOTIFY_SOCKET: undefined });
    manager.ready();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
  });

  it("hears of readiness and is fed at half the watchdog's time", async () => {
    const { manager, sent } = build();
    manager.ready();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual([['READY=1'], ['WATCHDOG=1'], ['WATCHDOG=1']]);
    manager.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(3);
  });

  it('is not fed while a part does not answer, fails, or hangs', async () => {
    const { manager, sent, errors, state } = build();
    manager.ready();
    state.alive = () => Promise.resolve(false);
    await vi.advanceTimersByTimeAsync(5000);
    state.alive = () => Promise.reject(new Error('gone'));
    await vi.advanceTimersByTimeAsync(5000);
    state.alive = () => new Promise(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual([['READY=1']]);
    expect(errors).toHaveLength(3);
  });

  it('is not fed for another process', async () => {
    const { manager, sent } = build({ WATCHDOG_PID: '1' });
    manager.ready();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent).toEqual([['READY=1']]);
  });

  it('gets one message at a time; of what comes meanwhile the newest', async () => {
    const { manager, sent, answers, state } = build();
    state.slow = true;
    manager.ready();
    manager.reloading();
    manager.ready();
    expect(sent).toEqual([['READY=1']]);
    answers.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([['READY=1'], ['READY=1']]);
  });

  it('that cannot be told is a warning, no fault', async () => {
    const warnings: string[] = [];
    const note = (_facts: object, message: string) => void warnings.push(message);
    const logger = { debug: note, info: note, warn: note, error: note };
    const manager = new ServiceManager({
      environment,
      logger,
      alive: () => Promise.resolve(true),
      notify: () => Promise.reject(new Error('no')),
    });
    manager.stopping();
    await vi.advanceTimersByTimeAsync(0);
    expect(warnings).toEqual(['the service manager could not be told']);
  });
});
