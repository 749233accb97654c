import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenvalues descending; `vectors` holds one eigenvector per row, f64 [n, n]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix (ml-matrix: Householder tridiagonalisation and QL), about 1 s at
 * n = 400.
 * @param a f64 [n, n], symmetric
 */
export function symmetricEigen(a: Float64Array, n: number): Eigen {
  const found = new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true });
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => found.realEigenvalues[j]! - found.realEigenvalues[i]!,
  );
  const vectors = new Float64Array(n * n);
  order.forEach((column, row) => {
    vectors.set(found.eigenvectorMatrix.getColumn(column), row * n);
  });
  return { values: Float64Array.from(order, (i) => found.realEigenvalues[i]!), vectors };
}
