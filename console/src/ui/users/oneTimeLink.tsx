import { Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { users } from '#texts/users';
import { SecretOnce } from '../copy';

/** A link by which a person chooses a password, shown this once. */
export function OneTimeLink({ link }: { link: Schema<'OneTimeLink'> }) {
  const until = new Date(link.expires_at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
  // Where the public URL is not known, this page's own host is as good as any.
  const page = link.purpose === 'reset' ? 'reset' : 'invitation';
  const url = link.url ?? `${window.location.origin}/${page}#${link.link}`;
  return (
    <SecretOnce secret={url}>
      <Text size="sm">{users.linkText(until)}</Text>
    </SecretOnce>
  );
}
