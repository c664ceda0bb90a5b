/** All findings of `diuna doctor`, made of facts alone: the worst first, otherwise in the order in which things depend on each other. */
import type { Facts } from './facts.ts';
import { type Finding, worstFirst } from './finding.ts';
import { knobFindings } from './knob-findings.ts';
import { machineFindings } from './machine-findings.ts';
import { pinFindings } from './pin-findings.ts';
import { rendererFindings } from './renderer-findings.ts';
import { configFindings, rightsFindings } from './rights-findings.ts';
import { serviceFindings } from './service-findings.ts';
import { storeFindings } from './store-findings.ts';
import { stripFindings } from './strip-findings.ts';
import { supplyFindings } from './supply-findings.ts';

export function diagnose(facts: Facts): Finding[] {
  const { machine, configured } = facts;
  const findings = [...configFindings(facts), ...machineFindings(facts)];
  if ('config' in configured) {
    findings.push(
      ...rightsFindings(machine, configured),
      ...rendererFindings(machine, configured, facts.file.path),
      ...stripFindings(machine, configured),
      ...pinFindings(machine, configured),
      ...knobFindings(machine, configured),
      ...supplyFindings(configured.config),
      ...storeFindings(machine, configured.store),
      ...serviceFindings(machine, configured),
    );
  }
  return worstFirst(findings);
}
