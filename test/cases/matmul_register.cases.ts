// The register kernel answers the same cases as the tiled one.
export { cases } from './matmul_tiled.cases.ts';
