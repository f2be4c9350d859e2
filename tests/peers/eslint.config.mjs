// Lint of the committed SDL (and of query files): the strictest rule sets of graphql-eslint, less the
// rules that contradict the conventions of the schema. Run: npx eslint --no-config-lookup -c THIS SDL
import graphql from '@graphql-eslint/eslint-plugin';

const schema = process.env.ICUOPS_SDL ?? new URL('../../api/src/schema.graphql', import.meta.url).pathname;

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    rules: {
      ...graphql.configs['flat/schema-all'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Query, Mutation and Subscription exist and are named so.
      '@graphql-eslint/no-root-type': 'off',
      // The export is sorted already.
      '@graphql-eslint/alphabetize': 'off',
      // It wants an argument of @deprecated that the engine cannot print; the date stands in the reason.
      '@graphql-eslint/require-deprecation-date': 'off',
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            // Values that live in the row or answer that shows them; nobody asks for one by an id.
            types: [
              'PageInfo', 'UserError', 'Messages', 'Viewer', 'Assignment', 'CalendarImport', 'CalendarNotice',
              'ChecklistItem', 'ClockExplanation', 'ConfirmedTicket', 'DayAccount', 'DeadlinePreview',
              'ExplainedClaim', 'ExplainedPause', 'Holding', 'ServiceSlot', 'Undertaking', 'WorkCalendar',
              'EsignCheck', 'EsignSignature', 'InspectionAdvice', 'InspectionCommunication', 'InspectionDuty', 'InspectionFigures',
              'InspectionParticipant', 'InspectionPlanEntry', 'InspectionReport', 'InspectionReportGap',
              'InspectionResult', 'InspectionScopeNa', 'InspectionScopeSummary', 'InspectionTrend',
              'InspectionTrendPoint', 'PreviousResult', 'RectificationCounts', 'RectificationList',
              'RectificationMove', 'RectificationStep', 'RectificationSubmission', 'RectificationSummary',
              'ReportDefinition', 'ReportPreview', 'ReportProblem', 'RiskCount', 'ScopeCount', 'SlaCategoryLine', 'SlaChannelLine', 'SlaClassLine', 'SlaFigures', 'SlaLateClock',
              'SlaNotApplicableLine', 'SlaProvisionalDue', 'SlaReopening', 'SlaResolutionLine', 'SlaStatement', 'SlaStatementDemand',
              'SlaStatementWait', 'SlaUnconfirmedSolution', 'Title',
              'ArticleComparison', 'WithdrawnArticle', 'ArticleDiffLine', 'ArticleVersion', 'Portal', 'OwnDocument', 'SystemStatus', 'ServiceDesk', 'ServiceHours', 'ServiceChannel', 'ResponseTime', 'ArticleFile',
            ],
            suffixes: ['Connection', 'Edge', 'Payload', 'Event'],
          },
        },
      ],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
    },
  },
];
