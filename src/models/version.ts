import './telemetry';
import { env } from 'onnxruntime-node';

/** ONNX Runtime's version, for the provenance of results: "1.30.0". */
export const onnxruntimeVersion: string = env.versions.node ?? env.versions.common;
