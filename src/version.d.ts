/** The package's version, written in by esbuild. */
declare const BRAINLENS_VERSION: string;
