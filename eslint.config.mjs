import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: ['dist/**', 'node_modules/**', 'test/e2e/server/**', 'test/golden/**', '.brainlens/**', 'test-results/**'],
  },
  ...tseslint.configs.strict,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './webview/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    files: ['**/*.ts'],
    rules: {
      // Typed-array arithmetic indexes within bounds that the loop states; an assertion per element would hide the formula.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 350, skipComments: true, skipBlankLines: true }],
      'max-depth': ['error', 4],
    },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
