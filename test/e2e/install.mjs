// `node test/e2e/install.mjs`: VS Code in a browser, installed before its tests need it; `npm test` does so beside the unit tests.
import { installServer, unavailable } from './code-server.mjs';

if (unavailable() === undefined) installServer();
