import { engineCases } from './engine-cases.ts';
import { exporterCases } from './exporter-cases.ts';
import { outageCases } from './outage-cases.ts';
import { recordingCases } from './recording-cases.ts';
import { resourceCases } from './resource-cases.ts';
import type { CaseSet } from './rule-case.ts';
import { stateCases } from './state-cases.ts';
import { supplyChainCases } from './supply-chain-cases.ts';

export const caseSets: Readonly<Record<string, CaseSet>> = {
  recording: { ruleFiles: ['recording.yml'], cases: recordingCases },
  states: { ruleFiles: ['containers.yml'], cases: stateCases },
  resources: { ruleFiles: ['recording.yml', 'containers.yml'], cases: resourceCases },
  outages: { ruleFiles: ['recording.yml', 'containers.yml'], cases: outageCases },
  exporter: { ruleFiles: ['exporter.yml'], cases: exporterCases },
  engine: { ruleFiles: ['engine.yml'], cases: engineCases },
  'supply-chain': { ruleFiles: ['supply-chain.yml'], cases: supplyChainCases },
};
