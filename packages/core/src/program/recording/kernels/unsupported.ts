/**
 * Kernels of TensorFlow.js without a compiled form. Listed, so that a program that calls one is told which, whatever backend is
 * there.
 */
export const unsupportedKernels: readonly string[] = `
  AvgPool3D AvgPool3DGrad BatchToSpaceND Bincount BitwiseAnd BroadcastArgs Complex ComplexAbs Conv3D
  Conv3DBackpropFilterV2 Conv3DBackpropInputV2 CropAndResize DenseBincount DepthToSpace DepthwiseConv2dNative
  DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Diag Dilation2D Dilation2DBackpropFilter
  Dilation2DBackpropInput Draw Einsum FFT FlipLeftRight FromPixels FusedBatchNorm FusedDepthwiseConv2D IFFT Imag LRN
  LRNGrad LogicalXor LowerBound MatrixBandPart MaxPool3D MaxPool3DGrad MaxPoolWithArgmax Multinomial NonMaxSuppressionV3
  NonMaxSuppressionV4 NonMaxSuppressionV5 Pool RaggedGather RaggedRange RaggedTensorToTensor Real ResizeBilinear
  ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad RotateWithOffset SearchSorted SpaceToBatchND
  SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSum SparseToDense StaticRegexReplace StringNGrams
  StringSplit StringToHashBucketFast TensorScatterUpdate Transform Unique UpperBound
`
  .trim()
  .split(/\s+/);
