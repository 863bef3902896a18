/** Numbers of one observation or action array. Floats are `Float32Array`, pixels `Uint8Array`, indices `Int32Array`. */
export type NumericArray = Float32Array | Int32Array | Uint8Array;
