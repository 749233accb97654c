/** Data on the vertices of a surface (`.func.gii`, `.shape.gii`). */
export interface VertexSeries {
  /** [time, vertices]. GIFTI has no reliable repetition time: the manifest gives it. */
  readonly data: Float32Array;
  readonly shape: readonly [time: number, vertices: number];
}

/** A triangle mesh (`.surf.gii`). */
export interface Surface {
  /** [vertices, 3], millimetres. */
  readonly vertices: Float32Array;
  /** [faces, 3], indices of vertices. */
  readonly faces: Int32Array;
}

/** Reads functional data. @throws UserError for a surface, other files and damaged data */
export async function readGiftiSeries(file: string): Promise<VertexSeries> {
  throw new Error(`in the making ${file}`);
}

/** Reads a surface. @throws UserError for functional data, other files, damaged data and faces without vertices */
export async function readGiftiSurface(file: string): Promise<Surface> {
  throw new Error(`in the making ${file}`);
}
