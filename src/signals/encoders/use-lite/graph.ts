import type { Graph, GraphConstant, GraphNode } from "../../../lib/onnx-file.ts";
import { MOST_TOKENS } from "./tokenizer.ts";
import type { Weights, WeightsOf } from "./weights.ts";

/** Raised when the graph below changes: what it answers is then another model's. */
export const GRAPH_VERSION = 1;
export const DIMENSIONS = 512;
/** What fills a row after its last token. */
export const PADDING = -1;

const HEADS = 4;
const EPSILON = 1e-6;
const EMBEDDING = 256;

/**
 * The graph of Universal Sentence Encoder lite: `ids` int64[texts, tokens] → `embedding` float32[texts, 512], of length 1. Two pre-norm transformer
 * layers, a masked mean, a dense layer with tanh. As in its TensorFlow graph, the embedding enters the first layer twice and its position once
 * (2 · embedding + position), and what goes round that layer passes a dense layer from 256 to 512.
 */
export function useLiteGraph(weights: WeightsOf): Graph {
  const constants: GraphConstant[] = [];
  const nodes: GraphNode[] = [];
  let made = 0;

  const node = (operator: string, inputs: readonly string[], more: Pick<GraphNode, "integers" | "floats"> = {}): string => {
    const output = `${operator}_${++made}`;
    nodes.push({ operator, inputs, outputs: [output], ...more });
    return output;
  };
  const constant = (dims: readonly number[], data: GraphConstant["data"]): string => {
    const name = `constant_${++made}`;
    constants.push({ name, dims, data });
    return name;
  };
  const integers = (...values: number[]) => constant([values.length], BigInt64Array.from(values, BigInt));
  const scalar = (value: number) => constant([], Float32Array.of(value));
  const weight = ({ dims, data }: Weights) => constant(dims.filter((length) => length !== 1), data);
  const dense = (x: string, kernel: string, bias: string) => node("Add", [node("MatMul", [x, weight(weights(kernel))]), weight(weights(bias))]);
  const norm = (x: string, name: string) =>
    node("LayerNormalization", [x, weight(weights(`${name}/layer_norm_scale/ConcatPartitions/concat`)), weight(weights(`${name}/layer_norm_bias/ConcatPartitions/concat`))], { integers: { axis: -1 }, floats: { epsilon: EPSILON } });

  const present = node("Greater", ["ids", integers(PADDING)]);
  const mask = node("Cast", [present], { integers: { to: 1 } });
  const masks = node("Unsqueeze", [mask, integers(2)]);
  const bias = node("Unsqueeze", [node("Mul", [node("Sub", [scalar(1), mask]), scalar(-1e9)]), integers(1, 2)]);

  const embedded = node("Gather", [weight(weights("module/Embeddings_en")), node("Max", ["ids", integers(0)])], { integers: { axis: 0 } });
  const length = node("Slice", [node("Shape", ["ids"]), integers(1), integers(2)]);
  const position = node("Slice", [constant([1, MOST_TOKENS, EMBEDDING], positions(weights("AddTimingSignal/TimingSignal/ExpandDims_1"))), integers(0), length, integers(1)]);
  let x = node("Add", [node("Add", [embedded, embedded]), position]);

  for (const [layer, width] of [[0, EMBEDDING], [1, DIMENSIONS]] as const) {
    const at = `Layer_${layer}/TransformerLayer`;
    const around = layer === 0 ? dense(x, `${at}/dense/kernel/ConcatPartitions/concat`, `${at}/dense/bias/ConcatPartitions/concat`) : x;
    const mixed = dense(norm(x, `${at}/layer_prepostprocess/layer_norm`), `${at}/MultiheadAttention/qkv_transform_single/kernel/part_0`, `${at}/MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat`);
    const split = integers(0, 0, HEADS, width / HEADS);
    const part = (k: number, perm: number[]) => node("Transpose", [node("Reshape", [node("Slice", [mixed, integers(k * width), integers((k + 1) * width), integers(2)]), split])], { integers: { perm } });
    const query = node("Mul", [part(0, [0, 2, 1, 3]), scalar((width / HEADS) ** -0.5)]);
    const attention = node("Softmax", [node("Add", [node("MatMul", [query, part(1, [0, 2, 3, 1])]), bias])], { integers: { axis: -1 } });
    const heard = node("Reshape", [node("Transpose", [node("MatMul", [attention, part(2, [0, 2, 1, 3])])], { integers: { perm: [0, 2, 1, 3] } }), integers(0, 0, width)]);
    const attended = node("Add", [dense(heard, `${at}/MultiheadAttention/output_transform_single/kernel/part_0`, `${at}/MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat`), around]);
    const inner = node("Relu", [dense(norm(attended, `${at}/FFN/layer_prepostprocess/layer_norm`), `${at}/FFN/conv1/Tensordot/Reshape_1`, `${at}/FFN/conv1/bias/ConcatPartitions/concat`)]);
    x = node("Add", [dense(inner, `${at}/FFN/conv2/Tensordot/Reshape_1`, `${at}/FFN/conv2/bias/ConcatPartitions/concat`), attended]);
  }

  const count = node("Max", [node("ReduceSum", [mask, integers(1)], { integers: { keepdims: 1 } }), scalar(1)]);
  const mean = node("Div", [node("ReduceSum", [node("Mul", [x, masks]), integers(1)], { integers: { keepdims: 0 } }), count]);
  const out = node("Tanh", [dense(mean, "hidden_layers/tanh_layer_0/weights", "hidden_layers/tanh_layer_0/bias")]);
  const square = node("Max", [node("ReduceSum", [node("Mul", [out, out]), integers(1)], { integers: { keepdims: 1 } }), scalar(1e-12)]);
  nodes.push({ operator: "Div", inputs: [out, node("Sqrt", [square])], outputs: ["embedding"] });
  return { inputs: [{ name: "ids", type: "int64", shape: ["texts", "tokens"] }], outputs: [{ name: "embedding", type: "float32", shape: ["texts", DIMENSIONS] }], constants, nodes };
}

/** Sines, then cosines, of each position times each frequency. */
function positions({ data: frequencies }: Weights): Float32Array {
  const half = frequencies.length;
  const values = new Float32Array(MOST_TOKENS * 2 * half);
  for (let position = 0; position < MOST_TOKENS; position++)
    for (const [k, frequency] of frequencies.entries()) {
      const angle = Math.fround(position * frequency);
      values[position * 2 * half + k] = Math.sin(angle);
      values[position * 2 * half + half + k] = Math.cos(angle);
    }
  return values;
}
