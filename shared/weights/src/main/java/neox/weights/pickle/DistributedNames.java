package neox.weights.pickle;

import java.util.Set;

/// The names in the metadata of `torch.distributed.checkpoint`: classes that are kept as
/// [PickledObject], and element types.
final class DistributedNames {
  private static final String METADATA = "torch.distributed.checkpoint.metadata.";

  /// Where properties lay up to torch 2.2.
  private static final String SHARDED = "torch.distributed._shard.sharded_tensor.metadata.";

  /// OLMo-core's writer has a class of its own, with the fields of torch's.
  private static final String OLMO_CORE = "olmo_core.distributed.checkpoint.filesystem.";

  static final Set<String> ALL =
      Set.of(
          METADATA + "BytesStorageMetadata",
          METADATA + "ChunkStorageMetadata",
          METADATA + "Metadata",
          METADATA + "MetadataIndex",
          METADATA + "StorageMeta",
          METADATA + "TensorProperties",
          METADATA + "TensorStorageMetadata",
          METADATA + "_MEM_FORMAT_ENCODING",
          OLMO_CORE + "_StorageInfo",
          SHARDED + "MEM_FORMAT_ENCODING",
          SHARDED + "TensorProperties",
          "torch.distributed.checkpoint.filesystem._StorageInfo",
          "torch.serialization._get_layout",
          "torch.complex128",
          "torch.complex32",
          "torch.complex64",
          "torch.float4_e2m1fn_x2",
          "torch.float8_e4m3fn",
          "torch.float8_e4m3fnuz",
          "torch.float8_e5m2",
          "torch.float8_e5m2fnuz",
          "torch.float8_e8m0fnu",
          "torch.uint16",
          "torch.uint32",
          "torch.uint64");

  private DistributedNames() {}
}
