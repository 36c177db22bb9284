import { openOnnx, type OnnxSession } from "./onnx.ts";
import { onnxFile } from "./onnx-file.ts";

interface Matrix {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * The products of every row of `a` with every row of `b`, [a.count · b.count], in single precision, by ONNX Runtime's matrix product on
 * one core (how sums are grouped would hang on the number of cores). The runtime is loaded with the first product.
 */
export async function rowProducts(a: Matrix, b: Matrix): Promise<Float32Array> {
  if (a.count === 0 || b.count === 0) return new Float32Array(0);
  const { product } = await (await (session ??= open())).run({ a: tensor(a), b: tensor(b) }, ["product"]);
  return product?.data as Float32Array;
}

let session: Promise<OnnxSession> | undefined;

function open(): Promise<OnnxSession> {
  const matrix = (name: string, shape: readonly string[]) => ({ name, type: "float32" as const, shape });
  const graph = {
    inputs: [matrix("a", ["rows", "width"]), matrix("b", ["others", "width"])],
    outputs: [matrix("product", ["rows", "others"])],
    constants: [],
    nodes: [{ operator: "Gemm", inputs: ["a", "b"], outputs: ["product"], integers: { transB: 1 } }],
  };
  return openOnnx({ name: "a product of matrices", bytes: onnxFile(graph) });
}

function tensor({ count, width, data }: Matrix) {
  return { type: "float32" as const, dims: [count, width], data };
}
