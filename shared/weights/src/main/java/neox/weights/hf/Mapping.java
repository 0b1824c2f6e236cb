package neox.weights.hf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.NormSpec;
import neox.weights.spec.ParameterSpec;

/// Where one parameter of NeoX is in a Hugging Face model.
public sealed interface Mapping {
  ParameterSpec neox();

  /// The shapes of the tensors that hold it, by name.
  Map<String, Shape> tensors();

  /// The tensor `name` of the whole parameter; a view where its rows lie together.
  TensorView toHf(String name, TensorView neox);

  /// The whole parameter of the tensors that `hf` gives by name; a view where it is one of them.
  TensorView toNeox(Function<String, TensorView> hf);

  /// The same tensor under another name.
  record Copy(ParameterSpec neox, String name) implements Mapping {
    @Override
    public Map<String, Shape> tensors() {
      return Map.of(name, neox.shape());
    }

    @Override
    public TensorView toHf(String name, TensorView neox) {
      return neox;
    }

    @Override
    public TensorView toNeox(Function<String, TensorView> hf) {
      return hf.apply(name);
    }
  }

  /// One tensor for several: each group of its rows holds an equal part of every section, one
  /// section after the other. (With one group the sections are simply concatenated; with a group
  /// for each head, a head's rows of q, k and v lie together.)
  record Sections(ParameterSpec neox, List<Section> sections, int groups) implements Mapping {
    /// A tensor of `rows` rows.
    public record Section(String name, long rows) {}

    public Sections {
      sections = List.copyOf(sections);
      long rows = sections.stream().mapToLong(Section::rows).sum();
      if (rows != neox.shape().size(0)) {
        throw new IllegalArgumentException(neox.key() + " has not the rows of " + sections);
      }
    }

    @Override
    public Map<String, Shape> tensors() {
      Map<String, Shape> tensors = new LinkedHashMap<>();
      sections.forEach(s -> tensors.put(s.name(), neox.shape().with(0, s.rows())));
      return tensors;
    }

    @Override
    public TensorView toHf(String name, TensorView neox) {
      long rowBytes = rowBytes(neox);
      long before = 0;
      for (Section section : sections) {
        long bytes = section.rows() / groups * rowBytes;
        if (section.name().equals(name)) {
          Shape shape = neox.shape().with(0, section.rows());
          return new TensorView(neox.dtype(), shape, gather(neox.bytes(), before, bytes));
        }
        before += bytes;
      }
      throw new IllegalArgumentException(name + " is no part of " + neox().key());
    }

    /// Of each group the `bytes` that start at `from`.
    private MemorySegment gather(MemorySegment neox, long from, long bytes) {
      if (groups == 1) {
        return neox.asSlice(from, bytes);
      }
      MemorySegment part = Floats.allocate(DType.UINT8, bytes * groups);
      long groupBytes = neox.byteSize() / groups;
      for (long group = 0; group < groups; group++) {
        MemorySegment.copy(neox, group * groupBytes + from, part, group * bytes, bytes);
      }
      return part;
    }

    @Override
    public TensorView toNeox(Function<String, TensorView> hf) {
      List<TensorView> parts = new ArrayList<>();
      sections.forEach(section -> parts.add(hf.apply(section.name())));
      TensorView first = parts.getFirst();
      MemorySegment whole = Floats.allocate(first.dtype(), neox.shape().count());
      long at = 0;
      for (long group = 0; group < groups; group++) {
        for (TensorView part : parts) {
          long bytes = part.bytes().byteSize() / groups;
          MemorySegment.copy(part.bytes(), group * bytes, whole, at, bytes);
          at += bytes;
        }
      }
      return new TensorView(first.dtype(), neox.shape(), whole);
    }

    private static long rowBytes(TensorView view) {
      return view.bytes().byteSize() / view.shape().size(0);
    }
  }

  /// A projection that HF has as one, too.
  static Stream<Mapping> linear(LinearSpec linear, String name) {
    return Stream.concat(
        Stream.of(new Copy(linear.weight(), name + ".weight")),
        copy(linear.bias(), name + ".bias"));
  }

  /// A projection that HF has in several.
  ///
  /// @param rows name of the part → its rows
  static Stream<Mapping> linear(LinearSpec linear, Map<String, Long> rows, int groups) {
    return Stream.concat(
        Stream.of(sections(linear.weight(), rows, ".weight", groups)),
        linear.bias().stream().map(bias -> sections(bias, rows, ".bias", groups)));
  }

  /// A norm; whatever NeoX calls its parameters, HF calls them weight and bias.
  static Stream<Mapping> norm(NormSpec norm, String name) {
    return Stream.concat(copy(norm.scale(), name + ".weight"), copy(norm.shift(), name + ".bias"));
  }

  private static Stream<Mapping> copy(Optional<ParameterSpec> spec, String name) {
    return spec.stream().map(present -> new Copy(present, name));
  }

  private static Mapping sections(
      ParameterSpec spec, Map<String, Long> rows, String kind, int groups) {
    List<Sections.Section> sections =
        rows.entrySet().stream()
            .map(part -> new Sections.Section(part.getKey() + kind, part.getValue()))
            .toList();
    return new Sections(spec, sections, groups);
  }
}
