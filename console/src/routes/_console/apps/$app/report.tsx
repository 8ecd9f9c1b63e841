import { Group, Stack, Text } from '@mantine/core';
import { IconReportAnalytics } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { asProblem } from '#api/problem';
import { report as texts } from '#texts/apps';
import { ImportBar, STATUSES } from '#ui/apps/importBar';
import { Report, type ReportFilter } from '#ui/apps/report';
import { When } from '#ui/figures';
import { Empty, Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/report')({
  validateSearch: (search): ReportFilter => ({
    status: STATUSES.find(({ status }) => status === search.status)?.status,
    search: typeof search.search === 'string' && search.search !== '' ? search.search : undefined,
  }),
  component: ImportReport,
});

function ImportReport() {
  const { app } = Route.useParams();
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = $api.useQuery('get', '/api/v1/apps/{app}/import-report', { params: { path: { app } } });
  if (query.error && asProblem(query.error).status === 404) {
    return (
      <Empty icon={<IconReportAnalytics />} title={texts.neverTitle}>
        {texts.neverText}
      </Empty>
    );
  }
  return (
    <Loaded query={query}>
      {(report) => (
        <Stack>
          <Group>
            <ImportBar summary={report.summary} width={220} />
            <Text size="sm" c="dimmed">
              {texts.facts(report.summary.format, report.summary.version)}
              {'. '}
              {texts.imported} <When at={report.summary.at} />
            </Text>
          </Group>
          <Report
            report={report}
            filter={filter}
            onFilter={(next) => void navigate({ search: next, replace: true })}
          />
        </Stack>
      )}
    </Loaded>
  );
}
