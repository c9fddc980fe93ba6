import { unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import { stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { complianceOfStreams, complianceSteps, compliant, evaluated, share } from './supply-chain-metrics.ts';
import { streamAndPolicies } from './variables.ts';

const noData = 'No image has the data that it needs';

export const policies = createBoard({
  name: 'policies',
  title: 'Supply chain: policies',
  description: 'How many images of a stream comply with each policy, now and over time.',
  variables: streamAndPolicies,
  range: { from: 'now-7d', refresh: '5m' },
  sections: [
    {
      title: 'Compliance',
      lines: [
        side(
          6,
          stat({
            title: 'Compliance',
            description:
              'The share of the images that comply, for each policy. Images without the data that a policy needs do not count.',
            noValue: noData,
            unit: unit.share,
            expression: share(compliant('displayName'), evaluated('displayName')),
            legend: '{{displayName}}',
            steps: complianceSteps,
          }),
        ),
        side(
          9,
          timeSeries({
            title: 'Compliance over time',
            description: 'The share of the images of the stream that comply with each policy.',
            noValue: noData,
            unit: unit.share,
            softMax: 1,
            stepped: true,
            lines: [
              { expression: share(compliant('displayName'), evaluated('displayName')), legend: '{{displayName}}' },
            ],
          }),
        ),
        side(
          9,
          table({
            title: 'Policies',
            description: 'Each policy with the images that comply and those that have a result.',
            rows: evaluated('displayName, id'),
            columns: [
              { title: 'Policy', label: 'displayName' },
              { title: 'Id', label: 'id' },
              {
                title: 'Compliance',
                expression: share(compliant('displayName, id'), evaluated('displayName, id')),
                unit: unit.share,
                decimals: 0,
                steps: complianceSteps,
                barTo: 1,
              },
              { title: 'Compliant images', expression: compliant('displayName, id'), unit: unit.count, decimals: 0 },
              {
                title: 'Images that violate it',
                expression: `${evaluated('displayName, id')} - ${compliant('displayName, id')}`,
                unit: unit.count,
                decimals: 0,
                steps: ['green', [1, 'red']],
              },
              {
                title: 'Images with a result',
                expression: evaluated('displayName, id'),
                unit: unit.count,
                decimals: 0,
              },
            ],
            sortBy: 'Compliance',
          }),
        ),
      ],
    },
    {
      title: 'Policy $policy',
      repeat: 'policy',
      lines: [
        side(
          8,
          timeSeries({
            title: 'Compliance by stream',
            description: 'The share of the images that comply with this policy, in every stream of the organisation.',
            noValue: noData,
            unit: unit.share,
            softMax: 1,
            stepped: true,
            lines: [{ expression: complianceOfStreams('streamName'), legend: '{{streamName}}' }],
          }),
          timeSeries({
            title: 'Images',
            description:
              'Images of the selected stream: those that comply, and all that have the data which the policy needs.',
            unit: unit.count,
            stepped: true,
            lines: [
              { expression: compliant('id'), legend: '{{id}}: compliant' },
              { expression: evaluated('id'), legend: '{{id}}: evaluated' },
            ],
          }),
        ),
      ],
    },
  ],
});
