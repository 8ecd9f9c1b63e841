export const signIn = {
  title: 'Sign in to Gatewright',
  account: 'Account',
  accountHint: 'The alias of your account, as in the URLs of its MCP servers.',
  email: 'E-mail address',
  password: 'Password',
  submit: 'Sign in',
  forgot: 'No password, or forgotten? An owner or admin of your account can make a link to set one.',
  setup: {
    title: 'Set up Gatewright',
    text: 'You become the owner of this account. The link works once.',
    submit: 'Create the owner',
  },
  invitation: {
    title: 'Welcome to Gatewright',
    text: 'Choose a password to accept the invitation. The link works once.',
    submit: 'Accept and sign in',
  },
  reset: {
    title: 'Choose a new password',
    text: 'All other sign-ins of yours end. The link works once.',
    submit: 'Set the password',
  },
  name: 'Name',
  passwordHint: 'At least twelve characters.',
  noLink: 'This address lacks its secret part. Open the whole link, as it was given to you.',
  trust: 'Self-hosted MCP gateway',
} as const;
