package neox.weights.dcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;

/// Writes directories of `torch.distributed.checkpoint`, from its documentation and opcode by
/// opcode: nothing of it is shared with what reads them.
public final class DcpFiles {
  private static final String METADATA = "torch.distributed.checkpoint.metadata";
  private static final String FILES = "torch.distributed.checkpoint.filesystem";

  /// A piece on its way: where it begins, and its bytes in a file.
  record Piece(List<Long> at, List<Long> sizes, String file, long offset, long length) {}

  private record Tensor(String type, List<Long> sizes, List<Piece> pieces) {}

  private final Path directory;
  private final Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<String> objects = new ArrayList<>();
  private String properties = METADATA;
  private String places = FILES;
  private List<String> coding = List.of();

  public DcpFiles(Path directory) {
    this.directory = directory;
  }

  /// As torch 2.0 to 2.2 called the class of a tensor's properties.
  DcpFiles oldNames() {
    properties = "torch.distributed._shard.sharded_tensor.metadata";
    return this;
  }

  /// As OLMo-core's own writer calls the class of a tensor's place.
  DcpFiles placesOfOlmoCore() {
    places = "olmo_core.distributed.checkpoint.filesystem";
    return this;
  }

  DcpFiles coding(String... steps) {
    coding = List.of(steps);
    return this;
  }

  /// A value that is no tensor.
  public DcpFiles object(String name) {
    objects.add(name);
    return this;
  }

  /// A tensor cut along `dim` over ranks: as DTensor does, the first ones have the larger pieces.
  public DcpFiles put(String name, TensorView tensor, int dim, int ranks) throws IOException {
    long size = tensor.shape().rank() == 0 ? 1 : tensor.shape().size(dim);
    long each = Math.ceilDiv(size, ranks);
    List<Piece> pieces = new ArrayList<>();
    for (int rank = 0; rank < ranks && (rank == 0 || rank * each < size); rank++) {
      long from = rank * each;
      long length = Math.min(each, size - from);
      pieces.add(piece(rank, tensor, dim, from, length));
    }
    return put(name, tensor.dtype(), tensor.shape(), pieces);
  }

  DcpFiles put(String name, DType dtype, Shape shape, List<Piece> pieces) {
    tensors.put(name, new Tensor(torchName(dtype), list(shape), pieces));
    return this;
  }

  /// Writes one piece into the file of a rank.
  Piece piece(int rank, TensorView whole, int dim, long from, long length) throws IOException {
    TensorView part = whole.shape().rank() == 0 ? whole : slice(whole, dim, from, length);
    List<Long> at = new ArrayList<>();
    for (int i = 0; i < whole.shape().rank(); i++) {
      at.add(i == dim ? from : 0L);
    }
    String file = "__" + rank + "_0.distcp";
    ByteArrayOutputStream out = files.computeIfAbsent(file, _ -> new ByteArrayOutputStream());
    long offset = out.size();
    byte[] archive = archive(part);
    out.writeBytes(archive);
    return new Piece(at, list(part.shape()), file, offset, archive.length);
  }

  private static TensorView slice(TensorView whole, int dim, long from, long length) {
    Shape shape = whole.shape().with(dim, length);
    long inner = whole.dtype().bytes();
    for (int i = dim + 1; i < shape.rank(); i++) {
      inner *= shape.size(i);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] all = whole.bytes().toArray(ValueLayout.JAVA_BYTE);
    long stride = whole.shape().size(dim) * inner;
    for (long start = from * inner; start < all.length; start += stride) {
      bytes.write(all, (int) start, (int) (length * inner));
    }
    return new TensorView(whole.dtype(), shape, MemorySegment.ofArray(bytes.toByteArray()));
  }

  public void write() throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, ByteArrayOutputStream> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue().toByteArray());
    }
    Files.write(directory.resolve(".metadata"), metadata());
  }

  private byte[] metadata() {
    Pickle p = new Pickle();
    p.object(
        METADATA,
        "Metadata",
        () -> {
          p.text("state_dict_metadata")
              .dict(() -> {
                tensors.forEach((name, tensor) -> {
                  p.text(name);
                  describe(p, tensor);
                });
                objects.forEach(name -> p.text(name).empty(METADATA, "BytesStorageMetadata"));
              });
          p.text("planner_data")
              .dict(() -> {
                tensors.keySet().forEach(name -> p.text(name).tuple(() -> p.text(name)));
              });
          p.text("storage_data")
              .dict(() -> {
                tensors.forEach((name, tensor) ->
                    tensor
                        .pieces()
                        .forEach(piece -> {
                          index(p, name, piece);
                          place(p, piece);
                        }));
              });
        });
    return p.end();
  }

  private void describe(Pickle p, Tensor tensor) {
    p.object(
        METADATA,
        "TensorStorageMetadata",
        () -> {
          p.text("properties").global(properties, "TensorProperties").op(')', 0x81);
          p.tuple(() -> {
            p.global("torch", tensor.type());
            p.global("torch.serialization", "_get_layout").tuple(() -> p.text("torch.strided"));
            p.op('R', 0x89);
            p.global(
                properties,
                properties.equals(METADATA) ? "_MEM_FORMAT_ENCODING" : "MEM_FORMAT_ENCODING");
            p.tuple(() -> p.number(0)).op('R', 0x89);
          });
          p.op('b');
          p.text("size").size(tensor.sizes());
          p.text("chunks").op(']', '(');
          tensor
              .pieces()
              .forEach(piece ->
                  p.object(
                      METADATA,
                      "ChunkStorageMetadata",
                      () -> {
                        p.text("offsets").size(piece.at());
                        p.text("sizes").size(piece.sizes());
                      }));
          p.op('e');
        });
  }

  private static void index(Pickle p, String name, Piece piece) {
    p.object(
        METADATA,
        "MetadataIndex",
        () -> {
          p.text("fqn").text(name);
          p.text("index").op('N');
          p.text("offset").size(piece.at());
        });
  }

  private void place(Pickle p, Piece piece) {
    p.object(
        places,
        "_StorageInfo",
        () -> {
          p.text("relative_path").text(piece.file());
          p.text("offset").number(piece.offset());
          p.text("length").number(piece.length());
          if (!coding.isEmpty()) {
            p.text("transform_descriptors").op(']', '(');
            coding.forEach(p::text);
            p.op('e');
          }
        });
  }

  /// What `torch.save` makes of a tensor.
  private static byte[] archive(TensorView tensor) throws IOException {
    Pickle p = new Pickle();
    p.global("torch._utils", "_rebuild_tensor_v2")
        .tuple(() -> {
          p.tuple(() -> {
            p.text("storage").global("torch", tensor.dtype().torchStorage());
            p.text("0").text("cpu").number(tensor.shape().count());
          });
          p.op('Q').number(0);
          p.numbers(list(tensor.shape()));
          p.numbers(strides(tensor.shape()));
          p.op(0x89).global("collections", "OrderedDict").op(')', 'R');
        });
    p.op('R');
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      entry(zip, "archive/data.pkl", p.end());
      entry(zip, "archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      entry(zip, "archive/data/0", tensor.bytes().toArray(ValueLayout.JAVA_BYTE));
    }
    return bytes.toByteArray();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private static List<Long> strides(Shape shape) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (int dim = shape.rank() - 1; dim >= 0; dim--) {
      strides.addFirst(stride);
      stride *= shape.size(dim);
    }
    return strides;
  }

  static List<Long> list(Shape shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape.sizes()) {
      sizes.add(size);
    }
    return sizes;
  }

  private static String torchName(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> "float64";
      case FLOAT32 -> "float32";
      case FLOAT16 -> "float16";
      case BFLOAT16 -> "bfloat16";
      case INT64 -> "int64";
      case INT32 -> "int32";
      case INT16 -> "int16";
      case INT8 -> "int8";
      case UINT8 -> "uint8";
      case BOOL -> "bool";
    };
  }

  /// Protocol 2, as far as it is needed.
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      op(0x80, 2);
    }

    Pickle op(int... codes) {
      for (int code : codes) {
        out.write(code);
      }
      return this;
    }

    Pickle global(String module, String name) {
      out.write('c');
      out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
      return this;
    }

    Pickle text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.write('X');
      out.writeBytes(little(Integer.BYTES).putInt(utf8.length).array());
      out.writeBytes(utf8);
      return this;
    }

    Pickle number(long number) {
      op(0x8a, Long.BYTES);
      out.writeBytes(little(Long.BYTES).putLong(number).array());
      return this;
    }

    Pickle tuple(Runnable items) {
      op('(');
      items.run();
      return op('t');
    }

    Pickle numbers(List<Long> numbers) {
      return tuple(() -> numbers.forEach(this::number));
    }

    Pickle size(List<Long> sizes) {
      global("torch", "Size");
      tuple(() -> numbers(sizes));
      return op('R');
    }

    Pickle dict(Runnable items) {
      op('}', '(');
      items.run();
      return op('u');
    }

    Pickle empty(String module, String type) {
      return global(module, type).op(')', 0x81);
    }

    void object(String module, String type, Runnable attributes) {
      empty(module, type);
      dict(attributes);
      op('b');
    }

    byte[] end() {
      op('.');
      return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
