import { Grid, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';

interface FactsProps {
  /** By their names, in order; what is undefined is left out. */
  facts: Record<string, ReactNode>;
  /** Of twelve columns, those of the names. */
  nameSpan?: number;
}

/** What is known of a thing: names at the left, values beside them. */
export function Facts({ facts, nameSpan = 4 }: FactsProps) {
  return (
    <Grid component="dl" m={0} columnGap="sm" rowGap={6}>
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <Fragment key={name}>
            <Grid.Col component="dt" span={nameSpan}>
              <Text size="sm" c="dimmed">
                {name}
              </Text>
            </Grid.Col>
            <Grid.Col component="dd" m={0} span={12 - nameSpan}>
              <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
                {value}
              </Text>
            </Grid.Col>
          </Fragment>
        ))}
    </Grid>
  );
}
