import { expect, it } from 'vitest';
import { checkPackage } from '../../src/cli/doctor/packages.ts';

it('says how to install a package that is not there', () => {
  expect(checkPackage('diuna-has-no-such-package')).toEqual({
    message: 'the package diuna-has-no-such-package is not installed',
    cure: expect.stringContaining('npm install diuna-has-no-such-package'),
  });
});

it.each(['spi-device', 'onoff', 'rpi-ws281x-native'])('finds %s, or says how to get it', (name) => {
  const trouble = checkPackage(name);
  expect(trouble === null || trouble.cure.includes('npm ')).toBe(true);
});
