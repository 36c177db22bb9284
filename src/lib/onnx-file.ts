/** Writes ONNX files: the few parts of onnx.proto3 (github.com/onnx/onnx) that a plain graph needs, field numbers as there. */

/** An input or output of a graph; a text in `shape` is a length that is known when it runs. */
export interface GraphValue {
  readonly name: string;
  readonly type: "float32" | "int64" | "int32";
  readonly shape: readonly (number | string)[];
}

/** A constant of a graph. */
export interface GraphConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

/** An operator (ai.onnx), its attributes integers or floats by what they are called in `floats`. */
export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

export interface Graph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly constants: readonly GraphConstant[];
  readonly nodes: readonly GraphNode[];
}

const IR_VERSION = 8;
const TYPES = { float32: 1, int32: 6, int64: 7 } as const;
const INT = 2;
const FLOAT = 1;
const INTS = 7;

/** The bytes of a model of this graph. */
export function onnxFile({ inputs, outputs, constants, nodes }: Graph, opset = 17): Buffer {
  const graph = [
    ...nodes.map((node) => message(1, nodeParts(node))),
    text(2, "graph"),
    ...constants.map((constant) => message(5, constantParts(constant))),
    ...inputs.map((value) => message(11, valueParts(value))),
    ...outputs.map((value) => message(12, valueParts(value))),
  ].flat();
  return Buffer.concat([integer(1, IR_VERSION), text(2, "wrp"), ...message(7, graph), ...message(8, [text(1, ""), integer(2, opset)])]);
}

/** The field `doc_string` of a model: where it follows the others, the file is still the same model. */
export function docString(value: string): Buffer {
  return text(6, value);
}

function nodeParts({ operator, inputs, outputs, integers = {}, floats = {} }: GraphNode): Buffer[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(integers).flatMap(([name, value]) => message(5, typeof value === "number" ? [text(1, name), integer(3, value), integer(20, INT)] : [text(1, name), ...value.map((one) => integer(8, one)), integer(20, INTS)])),
    ...Object.entries(floats).flatMap(([name, value]) => message(5, [text(1, name), float(2, value), integer(20, FLOAT)])),
  ];
}

function constantParts({ name, dims, data }: GraphConstant): Buffer[] {
  const type = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "int64";
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return [...dims.map((dim) => integer(1, dim)), integer(2, TYPES[type]), text(8, name), ...message(9, [raw])];
}

function valueParts({ name, type, shape }: GraphValue): Buffer[] {
  const dims = shape.flatMap((dim) => message(1, [typeof dim === "number" ? integer(1, dim) : text(2, dim)]));
  return [text(1, name), ...message(2, message(1, [integer(1, TYPES[type]), ...message(2, dims)]))];
}

function message(field: number, parts: readonly Buffer[]): Buffer[] {
  return [varint((field << 3) | 2), varint(parts.reduce((sum, part) => sum + part.length, 0)), ...parts];
}

function text(field: number, value: string): Buffer {
  return Buffer.concat(message(field, [Buffer.from(value)]));
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

/** A negative number takes its ten bytes of two's complement. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}
