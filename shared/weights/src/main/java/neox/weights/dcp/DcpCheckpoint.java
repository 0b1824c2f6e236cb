package neox.weights.dcp;

import static neox.weights.pickle.ValueText.shorten;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.MappedFile;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.dcp.StoredTensor.Chunk;
import neox.weights.dcp.StoredTensor.Place;
import neox.weights.pickle.TorchFile;

/// A directory of `torch.distributed.checkpoint`: `.metadata` and the `__R_S.distcp` of each rank.
///
/// A tensor of one piece is a range of its file; one of several is woven of them. Opening checks
/// that every piece is there and that pieces cover their tensors; checksums are compared when a
/// piece is read. Nothing in a file can run code.
public final class DcpCheckpoint implements TensorStore {
  private static final String METADATA = ".metadata";

  /// Where OLMo-core keeps model and optimizer beside the rest of a step.
  private static final List<String> INSIDE = List.of("", "model_and_optim");

  private final Path directory;
  private final Arena arena = Arena.ofShared();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> others = new LinkedHashMap<>();
  private final Map<String, MappedFile> files = new LinkedHashMap<>();

  private DcpCheckpoint(Path directory) {
    this.directory = directory;
  }

  /// The checkpoint in `directory`, or in the one there that OLMo-core makes for it.
  public static Optional<Path> in(Path directory) {
    return INSIDE.stream()
        .map(directory::resolve)
        .filter(each -> Files.isRegularFile(each.resolve(METADATA)))
        .findFirst();
  }

  /// Opens the checkpoint that is [#in] `directory`; [UserException] when there is none, or when it
  /// is incomplete.
  public static DcpCheckpoint open(Path directory) throws IOException {
    Path found =
        in(directory)
            .orElseThrow(() ->
                UserException.of(
                    "%s: no checkpoint of torch.distributed.checkpoint: it has no %s",
                    directory, METADATA));
    DcpCheckpoint checkpoint = new DcpCheckpoint(found);
    boolean read = false;
    try {
      checkpoint.read(MetadataReader.read(found.resolve(METADATA)));
      read = true;
      return checkpoint;
    } finally {
      if (!read) {
        checkpoint.close();
      }
    }
  }

  private void read(DcpMetadata metadata) throws IOException {
    metadata.objects().forEach(name -> others.put(name, "a value that is no tensor"));
    metadata
        .tensors()
        .forEach((name, tensor) -> {
          if (tensor.dtype().isPresent()) {
            tensors.put(name, tensor);
          } else {
            others.put(name, "a tensor of type " + tensor.type());
          }
        });
    mapFiles();
    tensors.forEach(this::check);
  }

  private void mapFiles() throws IOException {
    Set<String> named = new TreeSet<>();
    for (StoredTensor tensor : tensors.values()) {
      tensor.chunks().forEach(chunk -> named.add(chunk.place().file()));
    }
    List<String> missing =
        named.stream().filter(file -> !Files.exists(directory.resolve(file))).toList();
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s: %s, which it names, is not there%s; copy the files of every rank",
          directory.resolve(METADATA),
          shorten(missing.getFirst()),
          missing.size() == 1 ? "" : ", nor are %d others".formatted(missing.size() - 1));
    }
    for (String file : named) {
      files.put(file, MappedFile.open(directory.resolve(file)));
    }
  }

  private void check(String name, StoredTensor tensor) {
    if (!Grid.covers(tensor)) {
      throw UserException.of(
          "%s: tensor %s of shape %s: its %d pieces do not cover it, each element once",
          directory.resolve(METADATA), shorten(name), tensor.shape(), tensor.chunks().size());
    }
    for (Chunk chunk : tensor.chunks()) {
      Place place = chunk.place();
      if (!place.coding().isEmpty()) {
        throw UserException.of(
            "%s: tensor %s is stored through %s; expected plain tensors: save it without extensions",
            directory.resolve(place.file()), shorten(name), shorten(place.coding().toString()));
      }
      long available = file(place).bytes().byteSize();
      if (place.offset() > available || place.length() > available - place.offset()) {
        throw UserException.of(
            "%s: truncated: tensor %s needs %d bytes from byte %d, the file has %d; copy it again",
            directory.resolve(place.file()),
            shorten(name),
            place.length(),
            place.offset(),
            available);
      }
      requireRoom(name, tensor.dtype().orElseThrow(), chunk);
    }
  }

  /// An archive holds at least the bytes of its tensor.
  private void requireRoom(String name, DType dtype, Chunk chunk) {
    Place place = chunk.place();
    if (chunk.shape().count() > place.length() / dtype.bytes()) {
      throw UserException.of(
          "%s: tensor %s: a piece of shape %s cannot lie in %d bytes",
          directory.resolve(place.file()), shorten(name), chunk.shape(), place.length());
    }
  }

  /// Where the metadata lies.
  public Path directory() {
    return directory;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /// The shape of a tensor, which is there.
  Shape shape(String name) {
    return stored(name).shape();
  }

  @Override
  public DType dtype(String name) {
    return stored(name).dtype().orElseThrow();
  }

  private StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(directory + ": no tensor " + name);
    }
    return tensor;
  }

  /// What else is in the checkpoint: names, and what each is.
  public Map<String, String> others() {
    return Collections.unmodifiableMap(others);
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    StoredTensor tensor = stored(name);
    DType dtype = tensor.dtype().orElseThrow();
    return Grid.joined(tensor, dtype, chunk -> piece(name, dtype, chunk));
  }

  private LazyTensor piece(String name, DType dtype, Chunk chunk) {
    MappedFile file = file(chunk.place());
    MemorySegment archive = file.bytes().asSlice(chunk.place().offset(), chunk.place().length());
    LazyTensor piece = TorchFile.tensor(name, file, archive, arena);
    if (piece.dtype() != dtype || !piece.shape().equals(chunk.shape())) {
      throw UserException.of(
          "%s: tensor %s: a piece is %s%s; expected %s%s by %s",
          file.path(), shorten(name), piece.dtype(), piece.shape(), dtype, chunk.shape(), METADATA);
    }
    return piece;
  }

  private MappedFile file(Place place) {
    MappedFile file = files.get(place.file());
    if (file == null) {
      throw new IllegalStateException(place.file() + " was not opened");
    }
    return file;
  }

  @Override
  public void close() {
    files.values().forEach(MappedFile::close);
    arena.close();
  }
}
