package neox.weights.peft;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.peft.AdapterTensors.Pair;
import neox.weights.peft.Projection.Module;
import org.jspecify.annotations.Nullable;

/// The one adapter of a NeoX projection that computes what those of several modules compute.
///
/// @param pairs the adapters of those modules that have one
/// @param shared whether these have the same A
record FusedAdapter(Projection projection, Map<Module, Pair> pairs, boolean shared) {

  static FusedAdapter of(
      Projection projection, HfFamily family, AdapterTensors tensors, PeftConfig config) {
    long columns = projection.adapter().a().shape().size(1);
    Map<Module, Pair> pairs = new LinkedHashMap<>();
    for (Module module : projection.modules()) {
      tensors
          .take(names(module, family), module.rows(), columns)
          .ifPresent(pair -> {
            pairs.put(module, pair);
            tensors.addScale(module.name(), config.scale(module.name(), pair.rank()));
          });
    }
    return new FusedAdapter(projection, pairs, shareA(List.copyOf(pairs.values())));
  }

  /// Adapters of a network without its head lack its name.
  private static List<String> names(Module module, HfFamily family) {
    String base = family.baseName() + ".";
    return List.of(module.name(), module.name().substring(base.length()));
  }

  private static boolean shareA(List<Pair> pairs) {
    return pairs.stream().allMatch(pair -> same(pair.a(), pairs.getFirst().a()));
  }

  private static boolean same(TensorView a, TensorView b) {
    return a.dtype() == b.dtype()
        && a.shape().equals(b.shape())
        && a.bytes().mismatch(b.bytes()) < 0;
  }

  /// The same where the projection's adapter has another rank.
  FusedAdapter of(Projection other) {
    return new FusedAdapter(other, pairs, shared);
  }

  /// The least rank that says it; 0 without adapters.
  int rank() {
    long rank =
        shared
            ? pairs.values().stream().mapToLong(Pair::rank).findFirst().orElse(0)
            : pairs.values().stream().mapToLong(Pair::rank).sum();
    return Math.toIntExact(rank);
  }

  /// A or B of the projection.
  NamedTensor tensor(String key, DType dtype) {
    return key.equals(projection.adapter().a().key())
        ? new NamedTensor(key, dtype, projection.adapter().a().shape(), () -> a(dtype))
        : new NamedTensor(key, dtype, projection.adapter().b().shape(), () -> b(dtype));
  }

  /// One below the other, or once.
  private TensorView a(DType dtype) {
    Shape shape = projection.adapter().a().shape();
    MemorySegment bytes = Floats.allocate(dtype, shape.count());
    long at = 0;
    for (Pair pair : pairs.values()) {
      MemorySegment rows = Floats.convert(pair.a(), dtype).bytes();
      MemorySegment.copy(rows, 0, bytes, at, rows.byteSize());
      at += rows.byteSize();
      if (shared) {
        break;
      }
    }
    return new TensorView(dtype, shape, bytes);
  }

  private TensorView b(DType dtype) {
    Map<String, TensorView> parts = new LinkedHashMap<>();
    long column = 0;
    for (Module module : projection.modules()) {
      @Nullable Pair pair = pairs.get(module);
      parts.put(module.b(), part(module, Optional.ofNullable(pair), column, dtype));
      column += pair == null || shared ? 0 : pair.rank();
    }
    return projection.rows().toNeox(name -> LazyTensor.of(part(parts, name))).view();
  }

  private static TensorView part(Map<String, TensorView> parts, String name) {
    TensorView part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("no part " + name);
    }
    return part;
  }

  /// A module's rows of B, `[rows, rank]`: its own B from `column` on, zeros elsewhere.
  private TensorView part(Module module, Optional<Pair> pair, long column, DType dtype) {
    Shape shape = projection.adapter().b().shape().with(0, module.rows());
    MemorySegment bytes = Floats.allocate(dtype, shape.count());
    pair.ifPresent(present -> {
      MemorySegment own = Floats.convert(present.b(), dtype).bytes();
      long from = present.rank() * dtype.bytes();
      long to = shape.size(1) * dtype.bytes();
      for (long row = 0; row < module.rows(); row++) {
        MemorySegment.copy(own, row * from, bytes, row * to + column * dtype.bytes(), from);
      }
    });
    return new TensorView(dtype, shape, bytes);
  }
}
