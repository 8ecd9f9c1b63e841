import { Alert, Button, Center, Code, Group, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCompass, IconLock } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { asProblem } from '#api/problem';
import { common } from '#texts/common';

export function Waiting() {
  return (
    <Center mih={240} role="status" aria-label={common.loading}>
      <Loader />
    </Center>
  );
}

interface StateProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** A page or a part of one that has nothing to show, and says what to do about it. */
export function Empty({ icon, title, children, action }: StateProps) {
  return (
    <Center mih={240} p="xl">
      <Stack align="center" gap="sm" maw={460} ta="center">
        <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={2} size="h4">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}

/** An error of the API: its title, what to do, and its code. */
export function ProblemNote({ error, action }: { error: unknown; action?: ReactNode }) {
  const problem = asProblem(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.title}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sentence(problem.message)}</Text>
        <Group gap="sm">
          <Code>{common.problemCode(problem.code)}</Code>
          {problem.field && <Code>{problem.field}</Code>}
          {action}
        </Group>
      </Stack>
    </Alert>
  );
}

/** The API says what is wrong as programs log it: without a capital and a full stop. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?:]$/.test(message) ? '' : '.'}`;
}

export function Forbidden({ permission }: { permission: string }) {
  return (
    <Empty icon={<IconLock />} title={common.forbiddenTitle}>
      {common.forbiddenText(permission)}
    </Empty>
  );
}

export function Missing() {
  return (
    <Empty
      icon={<IconCompass />}
      title={common.missingTitle}
      action={
        <Button component={Link} to="/" variant="light">
          {common.toStart}
        </Button>
      }
    >
      {common.missingText}
    </Empty>
  );
}

/** What a route shows when it throws. */
export function Crash({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={reset} />;
}

/** An error in the place of a page or a part of one. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  if (problem.status === 404) return <Missing />;
  if (problem.status === 403) {
    return (
      <Empty icon={<IconLock />} title={common.forbiddenTitle}>
        {sentence(problem.message)}
      </Empty>
    );
  }
  const again = retry && (
    <Button size="xs" variant="light" color="red" onClick={retry}>
      {common.retry}
    </Button>
  );
  return <ProblemNote error={problem} action={again} />;
}

interface LoadedProps<Data> {
  query: Pick<UseQueryResult<Data, unknown>, 'data' | 'error' | 'refetch'>;
  /** In the place of the spinner, of the size of what comes. */
  waiting?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** What was asked for, or that it is on its way, or why it is not there. What was there once stays while it is read anew. */
export function Loaded<Data>({ query, waiting, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => query.refetch()} />;
  return waiting ?? <Waiting />;
}
