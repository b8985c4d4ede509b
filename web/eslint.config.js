import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/api/schema.d.ts', 'screenshots/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      // The router is not SvelteKit's.
      'svelte/no-navigation-without-resolve': 'off',
      // A space at the end of a line would be lost without {' '}.
      'svelte/no-useless-mustaches': 'off',
      // Sets and maps are replaced, not changed: they are in $state.raw.
      'svelte/prefer-svelte-reactivity': 'off',
      // TypeScript finds undefined names itself.
      'no-undef': 'off',
    },
  },
);
