/**
 * Imported for its effect, before ONNX Runtime. Its Linux and macOS builds collect usage data: a device id
 * and a queue of events under the person's cache folder, a log in the temporary folder, uploads over HTTPS. The native
 * library reads this variable when it makes its environment; a value that was there is overruled on purpose.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
