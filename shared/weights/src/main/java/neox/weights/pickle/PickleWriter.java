package neox.weights.pickle;

import static neox.weights.pickle.Opcode.*;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.weights.ByteSource;
import neox.weights.Checked;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;

/// Writes one value as a pickle of protocol 2, the way torch writes tensors: each tensor refers to
/// a numbered storage, and tensors with the same bytes in memory share one.
final class PickleWriter {
  private record Storage(long address, long byteSize) {}

  private record Announced(DType dtype, ByteSource bytes) {}

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<Storage, Integer> numbers = new LinkedHashMap<>();
  private final Map<Announced, Integer> announced = new HashMap<>();
  private final IdentityHashMap<NamedTensor, Integer> stored = new IdentityHashMap<>();
  private final List<NamedTensor> storages = new ArrayList<>();

  /// The pickle of `root`; [#storages] then holds the bytes it refers to.
  byte[] write(Object root) {
    out.write(PROTO);
    out.write(2);
    value(root);
    out.write(STOP);
    return out.toByteArray();
  }

  /// Storage number → bytes.
  List<NamedTensor> storages() {
    return storages;
  }

  /// The storage of each tensor on its way.
  IdentityHashMap<NamedTensor, Integer> stored() {
    return stored;
  }

  private void value(Object value) {
    switch (value) {
      case None none -> out.write(NONE);
      case Boolean flag -> out.write(flag ? NEWTRUE : NEWFALSE);
      case Integer number -> integer(number);
      case Long number -> integer(number);
      case BigInteger number -> longInteger(number);
      case Float number -> real(number);
      case Double number -> real(number);
      case String text -> text(text);
      case byte[] bytes -> bytes(bytes);
      case TensorView tensor -> tensor(tensor.dtype(), tensor.shape(), storage(tensor));
      case NamedTensor tensor -> {
        int storage = storage(tensor);
        stored.put(tensor, storage);
        tensor(tensor.dtype(), tensor.shape(), storage);
      }
      case Tuple tuple -> tuple(tuple.items());
      case OrderedDict dict -> {
        emptyOrderedDict();
        items(dict.entries());
      }
      case Map<?, ?> map -> {
        out.write(EMPTY_DICT);
        items(map);
      }
      case List<?> list -> {
        out.write(EMPTY_LIST);
        if (!list.isEmpty()) {
          out.write(MARK);
          list.forEach(this::value);
          out.write(APPENDS);
        }
      }
      default ->
          throw new IllegalArgumentException("cannot pickle a " + value.getClass().getName());
    }
  }

  private void items(Map<?, ?> map) {
    if (map.isEmpty()) {
      return;
    }
    out.write(MARK);
    map.forEach((key, value) -> {
      value(key);
      value(value);
    });
    out.write(SETITEMS);
  }

  private void tuple(List<?> items) {
    if (items.isEmpty()) {
      out.write(EMPTY_TUPLE);
      return;
    }
    out.write(MARK);
    items.forEach(this::value);
    out.write(TUPLE);
  }

  private void tensor(DType dtype, Shape shape, int storage) {
    global("torch._utils", "_rebuild_tensor_v2");
    out.write(MARK);
    out.write(MARK);
    text("storage");
    global("torch", dtype.torchStorage());
    text(String.valueOf(storage));
    text("cpu");
    integer(shape.count());
    out.write(TUPLE);
    out.write(BINPERSID);
    integer(0);
    longs(shape.sizes());
    longs(strides(shape));
    out.write(NEWFALSE); // requires_grad
    emptyOrderedDict(); // backward hooks
    out.write(TUPLE);
    out.write(REDUCE);
  }

  private int storage(TensorView tensor) {
    int next = storages.size();
    boolean shareable = tensor.bytes().isNative() && tensor.bytes().byteSize() > 0;
    if (shareable) {
      Storage storage = new Storage(tensor.bytes().address(), tensor.bytes().byteSize());
      Integer known = numbers.putIfAbsent(storage, next);
      if (known != null && storages.get(known).dtype() == tensor.dtype()) {
        return known;
      }
    }
    storages.add(NamedTensor.of("storage", tensor));
    return next;
  }

  /// Bytes are the same where they lie at the same place of memory or of a file, or are made of the
  /// same.
  private int storage(NamedTensor tensor) {
    ByteSource bytes = tensor.tensor().bytes();
    Announced key =
        new Announced(
            tensor.dtype(), bytes instanceof Checked(ByteSource stored, _) ? stored : bytes);
    Integer known = announced.get(key);
    if (known != null && bytes.byteSize() > 0) {
      return known;
    }
    int number =
        tensor
            .existing()
            .map(this::storage)
            .orElseGet(() -> {
              storages.add(tensor);
              return storages.size() - 1;
            });
    announced.put(key, number);
    return number;
  }

  private static long[] strides(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int dim = strides.length - 1; dim >= 0; dim--) {
      strides[dim] = stride;
      stride *= Math.max(1, shape.size(dim));
    }
    return strides;
  }

  private void longs(long[] values) {
    List<Object> boxed = new ArrayList<>();
    for (long value : values) {
      boxed.add(value);
    }
    tuple(boxed);
  }

  private void emptyOrderedDict() {
    global("collections", "OrderedDict");
    out.write(EMPTY_TUPLE);
    out.write(REDUCE);
  }

  private void global(String module, String name) {
    out.write(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void integer(long value) {
    if (value != (int) value) {
      longInteger(BigInteger.valueOf(value));
      return;
    }
    out.write(BININT);
    out.writeBytes(little(Integer.BYTES).putInt((int) value).array());
  }

  private void longInteger(BigInteger value) {
    byte[] bigEndian = value.toByteArray();
    if (bigEndian.length > 0xFF) {
      throw new IllegalArgumentException("an integer of " + bigEndian.length + " bytes");
    }
    out.write(LONG1);
    out.write(bigEndian.length);
    for (int i = bigEndian.length - 1; i >= 0; i--) {
      out.write(bigEndian[i]);
    }
  }

  private void real(double value) {
    out.write(BINFLOAT);
    out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(BINUNICODE);
    out.writeBytes(little(Integer.BYTES).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }

  /// Protocol 2 has no bytes: they are text of code points up to 255, to be encoded.
  private void bytes(byte[] bytes) {
    global("_codecs", "encode");
    tuple(List.of(new String(bytes, StandardCharsets.ISO_8859_1), "latin1"));
    out.write(REDUCE);
  }

  private static ByteBuffer little(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
