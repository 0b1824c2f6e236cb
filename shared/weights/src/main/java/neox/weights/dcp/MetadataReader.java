package neox.weights.dcp;

import static neox.weights.pickle.ValueText.shorten;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.Shape;
import neox.weights.dcp.StoredTensor.Chunk;
import neox.weights.dcp.StoredTensor.Place;
import neox.weights.pickle.GlobalName;
import neox.weights.pickle.None;
import neox.weights.pickle.PickleFile;
import neox.weights.pickle.PickledObject;
import neox.weights.pickle.Tuple;
import neox.weights.pickle.ValueText;

/// Makes [DcpMetadata] of the pickle that `torch.distributed.checkpoint` writes, versions of torch
/// from 2.0 on. Every claim is checked for its kind; where the bytes lie, and whether pieces fit
/// together, is for [DcpCheckpoint] to see.
final class MetadataReader {
  private static final int MOST_DIMS = 64;
  private static final long LARGEST_ELEMENT = Long.BYTES;
  private static final Pattern FILE_NAME = Pattern.compile("[^/\\\\\\p{Cntrl}]+");

  /// Where a piece is filed: its tensor and its first element.
  private record Key(String tensor, Shape at) {}

  private final Path file;
  private final Map<Key, Place> places = new HashMap<>();

  private MetadataReader(Path file) {
    this.file = file;
  }

  static DcpMetadata read(Path file) throws IOException {
    MetadataReader reader = new MetadataReader(file);
    Map<?, ?> root = reader.fields("it", PickleFile.read(file), "Metadata");
    reader.readPlaces(reader.dict(root, "storage_data"));
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Set<String> objects = new LinkedHashSet<>();
    for (Map.Entry<?, ?> entry : reader.dict(root, "state_dict_metadata").entrySet()) {
      String name = reader.text("a name", entry.getKey());
      if (isA(entry.getValue(), "BytesStorageMetadata")) {
        objects.add(name);
      } else {
        tensors.put(name, reader.tensor(name, entry.getValue()));
      }
    }
    return new DcpMetadata(tensors, objects);
  }

  private void readPlaces(Map<?, ?> stored) {
    for (Map.Entry<?, ?> entry : stored.entrySet()) {
      Map<?, ?> index = fields("a key of storage_data", entry.getKey(), "MetadataIndex");
      String name = text("the tensor of a piece", get(index, "fqn"));
      if (get(index, "offset") instanceof Tuple at) {
        Key key = new Key(name, shape(name, "the offset of a piece", at));
        if (places.put(key, place(name, entry.getValue())) != null) {
          throw refuse("tensor %s: its piece at %s is in two places", shorten(name), key.at());
        }
      }
    }
  }

  private Place place(String name, Object value) {
    Map<?, ?> info = fields("the place of " + shorten(name), value, "_StorageInfo");
    String path = text("the file of " + shorten(name), get(info, "relative_path"));
    if (!FILE_NAME.matcher(path).matches() || path.matches("\\.{1,2}")) {
      throw refuse(
          "tensor %s: its file is '%s'; expected the name of a file in this directory",
          shorten(name), shorten(path));
    }
    List<String> coding = new ArrayList<>();
    if (get(info, "transform_descriptors") instanceof List<?> steps) {
      steps.forEach(step -> coding.add(text("a coding of " + shorten(name), step)));
    }
    return new Place(path, number(name, info, "offset"), number(name, info, "length"), coding);
  }

  private StoredTensor tensor(String name, Object value) {
    Map<?, ?> fields = fields(shorten(name), value, "TensorStorageMetadata");
    Shape shape = shape(name, "its size", get(fields, "size"));
    if (!(get(fields, "chunks") instanceof List<?> pieces)) {
      throw refuse("tensor %s: it has no list of pieces", shorten(name));
    }
    List<Chunk> chunks = new ArrayList<>();
    for (Object piece : pieces) {
      Map<?, ?> chunk = fields("a piece of " + shorten(name), piece, "ChunkStorageMetadata");
      Shape at = shape(name, "the offset of a piece", get(chunk, "offsets"));
      Shape size = shape(name, "the size of a piece", get(chunk, "sizes"));
      if (count(name, size) > 0) {
        Place place = places.get(new Key(name, at));
        if (place == null) {
          throw refuse("tensor %s: no file is named for its piece at %s", shorten(name), at);
        }
        chunks.add(new Chunk(at, size, place));
      }
    }
    count(name, shape);
    return new StoredTensor(type(name, get(fields, "properties")), shape, chunks);
  }

  private long count(String name, Shape shape) {
    try {
      return Math.multiplyExact(shape.count(), LARGEST_ELEMENT) / LARGEST_ELEMENT;
    } catch (ArithmeticException e) {
      throw new UserException(
          "%s: tensor %s: %s is too large for any memory".formatted(file, shorten(name), shape), e);
    }
  }

  /// Properties are pickled as a tuple that begins with the type.
  private String type(String name, Object properties) {
    if (isA(properties, "TensorProperties")
        && ((PickledObject) properties).state() instanceof Tuple state
        && state.size() > 0
        && state.get(0) instanceof GlobalName type) {
      return type.name();
    }
    throw refuse("tensor %s: its properties do not begin with a type", shorten(name));
  }

  private static boolean isA(Object value, String type) {
    return value instanceof PickledObject object && object.type().endsWith("." + type);
  }

  /// The attributes of an object of torch's class `type`.
  private Map<?, ?> fields(String what, Object value, String type) {
    if (isA(value, type) && ((PickledObject) value).state() instanceof Map<?, ?> fields) {
      return fields;
    }
    throw refuse("%s is %s; expected torch's %s", what, ValueText.of(value), type);
  }

  private static Object get(Map<?, ?> fields, String key) {
    Object value = fields.get(key);
    return value == null ? None.NONE : value;
  }

  private Map<?, ?> dict(Map<?, ?> fields, String key) {
    if (get(fields, key) instanceof Map<?, ?> dict) {
      return dict;
    }
    throw refuse("its %s is %s; expected a dict", key, ValueText.of(get(fields, key)));
  }

  private String text(String what, Object value) {
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw refuse("%s is %s; expected text", what, ValueText.of(value));
  }

  private long number(String name, Map<?, ?> fields, String key) {
    if (get(fields, key) instanceof Long number && number >= 0) {
      return number;
    }
    throw refuse(
        "tensor %s: the %s of a piece is %s; expected a whole number",
        shorten(name), key, ValueText.of(get(fields, key)));
  }

  /// Sizes or indices.
  private Shape shape(String name, String what, Object value) {
    if (value instanceof Tuple tuple
        && tuple.size() <= MOST_DIMS
        && tuple.items().stream().allMatch(item -> item instanceof Long size && size >= 0)) {
      return Shape.of(tuple.items().stream().mapToLong(item -> (Long) item).toArray());
    }
    throw refuse(
        "tensor %s: %s is %s; expected whole numbers", shorten(name), what, ValueText.of(value));
  }

  private UserException refuse(String format, Object... arguments) {
    return new UserException(file + ": " + String.format(Locale.ROOT, format, arguments));
  }
}
