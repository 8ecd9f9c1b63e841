import { SegmentedControl } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { apps, importing as texts } from '#texts/apps';
import { ImportForm } from '#ui/apps/importForm';
import { DefinitionForm, ManualForm } from '#ui/apps/plainForms';
import { TextLink } from '#ui/links';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';

const SOURCES = ['file', 'url', 'paste', 'definition', 'manual'] as const;
type From = (typeof SOURCES)[number];

const from = (value: unknown): From | undefined => SOURCES.find((source) => source === value);

export const Route = createFileRoute('/_console/apps/new')({
  validateSearch: (search): { from?: From } => ({ from: from(search.from) }),
  component: NewApp,
});

function NewApp() {
  const { from: source = 'file' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay();
  return (
    <Page
      title={texts.title}
      description={texts.description}
      crumbs={[
        <TextLink key="apps" to="/apps">
          {apps.title}
        </TextLink>,
      ]}
    >
      {may('apps:write') ? (
        <>
          <SegmentedControl
            aria-label={texts.from}
            value={source}
            onChange={(value) => void navigate({ search: { from: from(value) }, replace: true })}
            data={SOURCES.map((value) => ({ value, label: texts.sources[value] }))}
            style={{ alignSelf: 'flex-start' }}
          />
          {source === 'manual' && <ManualForm />}
          {source === 'definition' && <DefinitionForm />}
          {source !== 'manual' && source !== 'definition' && <ImportForm key={source} kind={source} />}
        </>
      ) : (
        <Forbidden permission="apps:write" />
      )}
    </Page>
  );
}
