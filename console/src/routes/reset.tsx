import { createFileRoute } from '@tanstack/react-router';
import { LinkForm } from '#ui/linkForm';

export const Route = createFileRoute('/reset')({ component: () => <LinkForm purpose="reset" /> });
