// Sentences of the UI that more than one page uses. See the style in docs/ui.md.
export const words = {
  running: 'A sync is already running.',
  notSet: 'Facebook login is not set up on this installation. Ask an admin to add a Meta app in Settings, or paste a token.',
  badToken: 'This token cannot be used. The current one stays in place.',
  conflict: 'Not saved: someone else changed this in the meantime.',
  gone: 'This page does not exist.',
  noSources: 'No source yet',
  asOf: '“Data as of” is when Meta was asked, not when the run ended.',
} as const;
