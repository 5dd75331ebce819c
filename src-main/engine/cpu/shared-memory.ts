import { EngineError } from '../engine.ts';

const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536;
const ALIGNMENT = 64;

// Only where it is said: the first number that a process formats takes it 16 ms.
const gibibytes = (bytes: number): string =>
  `${(bytes / 2 ** 30).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`;

/** One 4 GiB address space that all threads see, handed out in 64-byte aligned pieces; grows when it must. */
export interface SharedMemory {
  readonly memory: WebAssembly.Memory;
  /** Address of `bytes` bytes, zeroed. @throws EngineError where 4 GiB, or the machine's memory, do not suffice */
  allocate(bytes: number, purpose: string): number;
  /** The same with whatever was there before, for what is written before it is read. */
  allocateRaw(bytes: number, purpose: string): number;
  /** Gives back what `allocate` gave. 0 is nothing. */
  free(...addresses: number[]): void;
  freeAll(): void;
  /** Views are good until the next `allocate`, which may grow the memory. */
  bytes(address: number, length: number): Uint8Array<SharedArrayBuffer>;
  words(address: number, length: number): Uint32Array<SharedArrayBuffer>;
  reals(address: number, length: number): Float32Array<SharedArrayBuffer>;
  doubles(address: number, length: number): Float64Array<SharedArrayBuffer>;
  usage(): MemoryUsage;
}

export interface MemoryUsage {
  /** Bytes handed out now, and the most that ever were. */
  usedBytes: number;
  peakBytes: number;
  /** Size of the memory itself. */
  reservedBytes: number;
  /** Bytes handed out now, by what they are for. */
  byPurpose: Record<string, number>;
}

interface Piece {
  address: number;
  bytes: number;
}

export function createSharedMemory(): SharedMemory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
  // Nothing is at address 0, so that 0 can mean "none".
  let gaps: Piece[] = [{ address: ALIGNMENT, bytes: PAGE_BYTES - ALIGNMENT }];
  const taken = new Map<number, Piece & { purpose: string }>();
  let usedBytes = 0;
  let peakBytes = 0;
  let reservedBytes = PAGE_BYTES;
  // Beyond this nothing was ever handed out: memory fresh from the system is zero, and stays unbacked until used.
  let touchedBytes = 0;
  const buffer = () => memory.buffer as unknown as SharedArrayBuffer;

  function grow(bytes: number, purpose: string): void {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const wanted = () => gibibytes(reservedBytes + bytes);
    if (reservedBytes / PAGE_BYTES + pages > MAXIMUM_PAGES)
      throw new EngineError(
        `The CPU engine would need ${wanted()} with ${purpose}, more than the 4 GiB it can address. ` +
          'Choose a smaller batch size, a smaller network or a higher sparsity.',
      );
    try {
      memory.grow(pages);
    } catch {
      throw new EngineError(`This machine refused to grow the CPU engine's memory to ${wanted()} for ${purpose}.`);
    }
    addGaps({ address: reservedBytes, bytes: pages * PAGE_BYTES });
    reservedBytes += pages * PAGE_BYTES;
  }

  /** Keeps gaps ascending and joins neighbours. */
  function addGaps(...more: Piece[]): void {
    gaps.push(...more);
    gaps.sort((a, b) => a.address - b.address);
    gaps = gaps.reduce<Piece[]>((joined, next) => {
      const last = joined.at(-1);
      if (last && last.address + last.bytes === next.address) last.bytes += next.bytes;
      else joined.push({ ...next });
      return joined;
    }, []);
  }

  function takeBack(address: number): Piece {
    const piece = taken.get(address);
    if (!piece) throw new EngineError(`Nothing was allocated at address ${address}`);
    taken.delete(address);
    usedBytes -= piece.bytes;
    return { address, bytes: piece.bytes };
  }

  function take(bytes: number): number | null {
    const gap = gaps.find((candidate) => candidate.bytes >= bytes);
    if (!gap) return null;
    const { address } = gap;
    gap.address += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) gaps = gaps.filter((candidate) => candidate !== gap);
    return address;
  }

  function missing(bytes: number): number {
    const last = gaps.at(-1);
    return last && last.address + last.bytes === reservedBytes ? bytes - last.bytes : bytes;
  }

  function allocateRaw(wanted: number, purpose: string): number {
    const bytes = Math.max(1, Math.ceil(wanted / ALIGNMENT)) * ALIGNMENT;
    let address = take(bytes);
    if (address === null) {
      grow(missing(bytes), purpose);
      address = take(bytes)!;
    }
    taken.set(address, { address, bytes, purpose });
    usedBytes += bytes;
    peakBytes = Math.max(peakBytes, usedBytes);
    touchedBytes = Math.max(touchedBytes, address + bytes);
    return address;
  }

  return {
    memory,
    allocateRaw,
    allocate(wanted, purpose) {
      const touchedBefore = touchedBytes;
      const address = allocateRaw(wanted, purpose);
      const stale = Math.min(address + taken.get(address)!.bytes, touchedBefore) - address;
      if (stale > 0) new Uint8Array(buffer(), address, stale).fill(0);
      return address;
    },
    free(...addresses) {
      addGaps(...addresses.filter((address) => address !== 0).map(takeBack));
    },
    freeAll() {
      this.free(...taken.keys());
    },
    bytes: (address, length) => new Uint8Array(buffer(), address, length),
    words: (address, length) => new Uint32Array(buffer(), address, length),
    reals: (address, length) => new Float32Array(buffer(), address, length),
    doubles: (address, length) => new Float64Array(buffer(), address, length),
    usage() {
      const byPurpose: Record<string, number> = {};
      for (const { purpose, bytes } of taken.values()) byPurpose[purpose] = (byPurpose[purpose] ?? 0) + bytes;
      return { usedBytes, peakBytes, reservedBytes, byPurpose };
    },
  };
}
