/** What `--help` says beyond the options. Apart from the subcommands' code, which is loaded only when it is chosen. */

export const exitCodesHelp = `
Exit codes:
  0   done
  1   refused by the daemon, or the daemon or a file failed
  2   wrong usage, nothing was sent
  69  the daemon cannot be reached, or the login was refused
  71  doctor found a problem of this machine
  75  no reply in time, or a port is taken: trying again later may help
  78  the configuration has mistakes
  100 the daemon was told to restart, and is started again by the service manager`;

export const wordsHelp = `
Words:
  on, off, toggle          power
  red, #ff8800, #ff880080  a colour: CSS name, #rrggbb, #rrggbbww
  128, 50%                 brightness, 0 to 255 or per cent of it
  +10, -10%                brighter, darker
  effect NAME, palette NAME, brightness N, color_temp KELVIN, speed N,
  intensity N, white N, transition SECONDS, flash SECONDS, color COLOUR
  key=value                any field of zone.set: reverse=true, colors=red,white,blue
white is the colour; with a number after it (white 200) it is the level of white LEDs.
Several words make one command: diuna set floor on red 50% transition=2`;
