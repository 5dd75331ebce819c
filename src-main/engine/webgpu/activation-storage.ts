/** How kernels find halves stored: by the feature `shader-f16`, or packed into whole words by WGSL's own functions. */
export type Halves = 'native' | 'packed';

/** Null: 32 bits each. */
type Storage = Halves | null;

/** Four samples at a time, or one. */
const ACTIVATIONS = ['activations', 'activation numbers'];

export const holdsActivations = (type: string): boolean => ACTIVATIONS.includes(type);

/** Element type of a buffer in WGSL. */
export function elementsOf(type: string, storage: Storage): string {
  if (type === 'activations')
    return { native: 'array<vec4h>', packed: 'array<vec2u>', whole: 'array<vec4f>' }[storage ?? 'whole'];
  if (type === 'activation numbers')
    return { native: 'array<f16>', packed: 'array<u32>', whole: 'array<f32>' }[storage ?? 'whole'];
  return type;
}

/** `NAMEAt` or `setNAME`, by which a kernel's body gets at activations: always as f32. */
export function accessorOf(name: string, access: 'read' | 'read_write', type: string, storage: Storage): string {
  if (type === 'activation numbers') return `fn ${name}At(i: u32) -> f32 { return ${loadNumber(name, storage)}; }`;
  if (access === 'read') return `fn ${name}At(i: u32) -> vec4f { ${load(name, storage)} }`;
  return `fn set${name[0].toUpperCase()}${name.slice(1)}(i: u32, x: vec4f) { ${store(name, storage)} }`;
}

function loadNumber(name: string, storage: Storage): string {
  if (storage === 'packed') return `unpack2x16float(${name}[i / 2u])[i % 2u]`;
  return storage === 'native' ? `f32(${name}[i])` : `${name}[i]`;
}

function load(name: string, storage: Storage): string {
  if (storage === 'packed')
    return `let halves = ${name}[i]; return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));`;
  return storage === 'native' ? `return vec4f(${name}[i]);` : `return ${name}[i];`;
}

/** What no half can hold is taken for the largest one, except NaN, so that a diverged run shows. */
function store(name: string, storage: Storage): string {
  if (storage === null) return `${name}[i] = x;`;
  return `
  let isNaN = (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
  let h = select(clamp(x, vec4f(-65504), vec4f(65504)), x, isNaN);
  ${name}[i] = ${storage === 'native' ? 'vec4h(h)' : 'vec2u(pack2x16float(h.xy), pack2x16float(h.zw))'};
`;
}
