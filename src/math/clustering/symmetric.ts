/** A symmetric matrix that is read by rows, whatever it is stored as, so that no second copy of it need be held. */
export interface SymmetricMatrix {
  readonly size: number;
  /** Writes rows `from` … `to` − 1 into `out`, f32 [to − from, size]. */
  rows(from: number, to: number, out: Float32Array): Promise<void>;
}
